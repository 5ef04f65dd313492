#include "cli/command_tree.hpp"
#include "cli/identity_tools_commands.hpp"

namespace papervault::vault::cli {

void add_identity_tools(CommandTree& tree, CLI::App* identity)
{
    CLI::App* app = identity;
    auto sheets = tree.command<WriteSheets>(
        app, "sheets",
        "把身份写成几张助记词纸，其中几张即可恢复 / the identity as sheets of words, of which some recover it");
    CommandTree::add_login(app, sheets->who);
    app->add_option("--needed", sheets->needed, "恢复所需张数 / sheets that are needed")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    app->add_option("--sheets", sheets->sheets, "总张数 / sheets in all")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    app->add_option("--sheet-passphrase-file", sheets->sheet_passphrase_file,
                    "另加口令（ASCII）/ file with a passphrase that is needed beside the sheets");
    auto* out = app->add_option("--out", sheets->out,
                                "写到目录（打印后须销毁文件），默认逐张显示在终端 / folder for files to print and then "
                                "destroy; default: one by one on the terminal");
    app->add_option("--format", sheets->format, "pdf 或 txt / pdf or txt")
        ->check(CLI::IsMember({"pdf", "txt"}))
        ->needs(out)
        ->capture_default_str();

    app = identity;
    auto recover = tree.command<RecoverIdentity>(
        app, "recover", "由助记词纸恢复身份 / an identity file again, from its sheets of words");
    auto* card =
        app->add_option("--card", recover->card, "名片，核对恢复的密钥 / the identity's card, to compare with");
    auto* name =
        app->add_option("--name", recover->name, "纸上的姓名（没有名片时）/ name on the sheets, without a card");
    auto* id = app->add_option("--id", recover->id, "纸上的编号（没有名片时）/ id on the sheets, without a card");
    name->needs(id)->excludes(card);
    id->needs(name);
    app->add_option("--suite", recover->suite, "纸上的算法套件 / suite on the sheets")
        ->excludes(card)
        ->capture_default_str();
    app->add_option(
        "--sheet", recover->sheets,
        "助记词文本文件；可重复；默认在终端输入 / text file of a sheet; repeat; default: typed at the terminal");
    auto* file = app->add_option("--sheet-passphrase-file", recover->sheet_passphrase_file,
                                 "助记词的另加口令 / file with the sheets' passphrase");
    app->add_flag("--sheet-passphrase", recover->asks_passphrase,
                  "在终端输入助记词的口令 / ask for the sheets' passphrase")
        ->excludes(file);
    app->add_option("--out", recover->out, "身份文件 / identity file to write")->required();
    CommandTree::add_protection(app, recover->protection);
    app->add_option("--token-key", recover->protection.token_key, "令牌中已有的密钥 / a key that the token has");

    app = identity;
    auto protect = tree.command<ProtectIdentity>(
        app, "protect", "换一种保护，写成新文件 / the same identity under another protection, as a new file");
    CommandTree::add_login(app, protect->who);
    app->add_option("--out", protect->out, "新身份文件 / identity file to write")->required();
    Login& to = protect->protection;
    app->add_option("--new-passphrase-file", to.passphrase_file, "新口令文件 / file with the new passphrase");
    app->add_option("--new-key-file", to.key_file, "新密钥文件 / the new key file");
    auto* token = app->add_option("--new-token", to.token, "新令牌的驱动 / PKCS#11 module of the new token");
    app->add_option("--new-token-label", to.token_label, "哪个令牌 / which token")->needs(token);
    app->add_option("--new-token-key", to.token_key, "令牌中已有的密钥 / a key that the token has")->needs(token);
    app->add_option("--new-pin-file", to.pin_file, "新令牌的 PIN 文件 / file with the new token's PIN")->needs(token);

    app = identity;
    auto tokens = tree.command<ListTokens>(app, "tokens", "列出令牌 / tokens that are plugged in");
    app->add_option("--token", tokens->module, "令牌驱动（PKCS#11 模块）/ the tokens' PKCS#11 module")->required();
}

} // namespace papervault::vault::cli
