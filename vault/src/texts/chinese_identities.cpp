#include "texts/sentences.hpp"

#include <array>

namespace papervault::vault {
namespace {

constexpr std::array sentences{
    Sentence{"cannot unlock {}", "无法打开 {}"},
    Sentence{"{} is not a key file: 32 to 4096 bytes are needed", "{} 不是密钥文件：应为 32 至 4096 字节"},
    Sentence{"a passphrase has 1 to 1024 bytes", "口令为 1 至 1024 字节"},
    Sentence{"a passphrase has at least 8 characters", "口令至少 8 个字符"},
    Sentence{"the passphrase is longer than 1024 bytes", "口令超过 1024 字节"},
    Sentence{"the two passphrases differ; nothing was changed", "两次输入的口令不同，未作任何更改"},
    Sentence{"give either --passphrase-file or --key-file, not both", "--passphrase-file 与 --key-file 只能给一个"},
    Sentence{"no terminal to ask for the passphrase on; use --passphrase-file or --key-file",
             "没有终端可供输入口令，请用 --passphrase-file 或 --key-file"},
    Sentence{"{} holds no passphrase", "{} 中没有口令"},
    Sentence{"{} is protected in another way: {}", "{} 采用的是另一种保护方式：{}"},
    Sentence{"{} may be read by others than its owner; run chmod 600 and replace the identity",
             "他人可读 {}：请执行 chmod 600 并更换该身份"},
    Sentence{"{} may be read by others; chmod 600 it", "他人可读 {}：请执行 chmod 600"},
    Sentence{"{} holds other keys than its card", "{} 中的密钥与其名片不符"},
    Sentence{"not the secret of an identity", "不是身份的密钥"},
    Sentence{"a name is 1 to 64 bytes of printable text", "姓名为 1 至 64 字节的可打印文字"},
    Sentence{"the cost of the passphrase is out of range", "口令派生强度超出范围"},
    Sentence{"{} is not a vault (no {}); 'papervault init' makes one",
             "{} 不是保密库（缺 {}）；用 papervault init 建立"},
    Sentence{"{} is damaged ({}); nothing was changed. Put back the copy from your backup.",
             "{} 已损坏（{}），未作任何更改。请从备份恢复。"},
    Sentence{"truncated: {} was signed over {} entries, the database has only {}: an older copy of it was put back. "
             "Nothing was changed.",
             "记录被截短：{} 签署时有 {} 条，数据库只有 {} 条，说明放回了旧副本。未作任何更改。"},
    Sentence{"'{}' is no role; roles: manager, sealer, key_keeper, releaser, grader, supervisor",
             "没有“{}”这种角色；角色有：manager 题库管理、sealer 封装人、key_keeper 答案保管、releaser 发布人、grader "
             "阅卷人、supervisor 督导"},
    Sentence{"an officer needs at least one role", "每名人员至少要有一个角色"},
    Sentence{"a supervisor sees everything and changes nothing: no other role beside it (A4)",
             "督导只看不改，不能兼任其他角色（A4）"},
    Sentence{"a supervisor sees everything and changes nothing (A4)", "督导只看不改（A4）"},
    Sentence{"the vault needs a name of 1 to 64 bytes of printable text", "保密库需要 1 至 64 字节的名称"},
    Sentence{"{} is named twice; give all roles of one person in one entry", "{} 出现两次；同一人的角色请写在一处"},
    Sentence{"the founder must be one of the officers", "建库人必须是人员之一"},
    Sentence{"{} exists already; choose a new folder for the vault", "{} 已经存在；请为保密库另选文件夹"},
    Sentence{"{} exists already", "{} 已经存在"},
    Sentence{"{} exists already and was not touched", "{} 已经存在，未作改动"},
    Sentence{"{} ({}) is no officer of this vault", "{}（{}）不是本库人员"},
    Sentence{"{} is no officer of this vault", "{} 不是本库人员"},
    Sentence{"the wrapped database key of {} is damaged", "{} 的数据库密钥封套已损坏"},
    Sentence{"the wrapped database key is damaged", "数据库密钥封套已损坏"},
    Sentence{"the wrapped answers key is damaged", "答案密钥封套已损坏"},
    Sentence{"the database belongs to another vault than its key file", "数据库与其密钥文件不属于同一个库"},
    Sentence{"the vault has no office identity", "本库没有机构身份"},
    Sentence{"{} lacks the role '{}' (has: {})", "{} 没有角色“{}”（现有：{}）"},
    Sentence{"{} may not read answer keys (role key_keeper or grader)",
             "{} 无权读取答案（需 key_keeper 或 grader 角色）"},
    Sentence{"only somebody who holds the answers key can pass it on to a key keeper or grader",
             "只有持有答案密钥的人才能把它交给答案保管人或阅卷人"},
    Sentence{"{} is an officer already", "{} 已经是本库人员"},
    Sentence{"another officer's identity", "是另一名人员的身份"},
    Sentence{"this vault was written by a newer program (schema {}, known up to {}); upgrade papervault",
             "本库由更新的程序写成（结构 {}，本程序只识别到 {}）；请升级 papervault"},
    Sentence{"this office has no keys of suite {}; a manager accepts it first: papervault suites --accept gm1",
             "本机构没有 {} 套件的密钥；请先由题库管理执行：papervault suites --accept gm1"},
    Sentence{"at least one suite has to be accepted", "至少要接受一个算法套件"},
    Sentence{"'{}': an officer is given as CARD=role,role", "“{}”：人员应写成 名片=角色,角色"},
    Sentence{"'{}' is no suite; suites: pv1, gm1", "没有“{}”这个套件；套件有：pv1、gm1"},
    Sentence{"can't open {}: {}", "无法打开 {}：{}"},
    Sentence{"there is no database {}", "没有数据库 {}"},
    Sentence{"{}: the key doesn't fit or the file is damaged", "{}：密钥不符或文件已损坏"},
    Sentence{"the database key was not taken; is this SQLCipher?", "数据库未接受密钥；所用的是 SQLCipher 吗？"},
    Sentence{"the database library is not SQLCipher", "数据库程序库不是 SQLCipher"},
};

} // namespace

std::span<const Sentence> sentences_of_identities() noexcept
{
    return sentences;
}

} // namespace papervault::vault
