#include "texts/sentences.hpp"

#include <array>

namespace papervault::vault {
namespace {

constexpr std::array sentences{
    Translation{"cannot unlock {}", "无法打开 {}"},
    Translation{"{} is not a key file: 32 to 4096 bytes are needed", "{} 不是密钥文件：应为 32 至 4096 字节"},
    Translation{"a passphrase has 1 to 1024 bytes", "口令为 1 至 1024 字节"},
    Translation{"a passphrase has at least 8 characters", "口令至少 8 个字符"},
    Translation{"the two passphrases differ; nothing was changed", "两次输入的口令不同，未作任何更改"},
    Translation{"{} is protected in another way: {}", "{} 采用的是另一种保护方式：{}"},
    Translation{"{} may be read by others than its owner; run chmod 600 and replace the identity",
                "他人可读 {}：请执行 chmod 600 并更换该身份"},
    Translation{"{} may be read by others; chmod 600 it", "他人可读 {}：请执行 chmod 600"},
    Translation{"{} holds other keys than its card", "{} 中的密钥与其名片不符"},
    Translation{"not the secret of an identity", "不是身份的密钥"},
    Translation{"a name is 1 to 64 bytes of printable text", "姓名为 1 至 64 字节的可打印文字"},
    Translation{"the cost of the passphrase is out of range", "口令派生强度超出范围"},
    Translation{"{} is not a vault (no {}); 'papervault init' makes one",
                "{} 不是保密库（缺 {}）；用 papervault init 建立"},
    Translation{"{} is damaged ({}); nothing was changed. Put back the copy from your backup.",
                "{} 已损坏（{}），未作任何更改。请从备份恢复。"},
    Translation{"truncated: {} was signed over {} entries, the database has only {}: an older copy of it was put back. "
                "Nothing was changed.",
                "记录被截短：{} 签署时有 {} 条，数据库只有 {} 条，说明放回了旧副本。未作任何更改。"},
    Translation{
        "'{}' is no role; roles: manager, sealer, key_keeper, releaser, grader, supervisor",
        "没有“{}”这种角色；角色有：manager 题库管理、sealer 封装人、key_keeper 答案保管、releaser 发布人、grader "
        "阅卷人、supervisor 督导"},
    Translation{"an officer needs at least one role", "每名人员至少要有一个角色"},
    Translation{"a supervisor sees everything and changes nothing: no other role beside it (A4)",
                "督导只看不改，不能兼任其他角色（A4）"},
    Translation{"a supervisor sees everything and changes nothing (A4)", "督导只看不改（A4）"},
    Translation{"the vault needs a name of 1 to 64 bytes of printable text", "保密库需要 1 至 64 字节的名称"},
    Translation{"{} is named twice; give all roles of one person in one entry", "{} 出现两次；同一人的角色请写在一处"},
    Translation{"the founder must be one of the officers", "建库人必须是人员之一"},
    Translation{"{} exists already; choose a new folder for the vault", "{} 已经存在；请为保密库另选文件夹"},
    Translation{"{} exists already", "{} 已经存在"},
    Translation{"{} exists already and was not touched", "{} 已经存在，未作改动"},
    Translation{"{} ({}) is no officer of this vault", "{}（{}）不是本库人员"},
    Translation{"{} is no officer of this vault", "{} 不是本库人员"},
    Translation{"the wrapped database key of {} is damaged", "{} 的数据库密钥封套已损坏"},
    Translation{"the wrapped database key is damaged", "数据库密钥封套已损坏"},
    Translation{"the wrapped answers key is damaged", "答案密钥封套已损坏"},
    Translation{"the database belongs to another vault than its key file", "数据库与其密钥文件不属于同一个库"},
    Translation{"the vault has no office identity", "本库没有机构身份"},
    Translation{"{} lacks the role '{}' (has: {})", "{} 没有角色“{}”（现有：{}）"},
    Translation{"{} may not read answer keys (role key_keeper or grader)",
                "{} 无权读取答案（需 key_keeper 或 grader 角色）"},
    Translation{"only somebody who holds the answers key can pass it on to a key keeper or grader",
                "只有持有答案密钥的人才能把它交给答案保管人或阅卷人"},
    Translation{"{} is an officer already", "{} 已经是本库人员"},
    Translation{"another officer's identity", "是另一名人员的身份"},
    Translation{"this vault was written by a newer program (schema {}, known up to {}); upgrade papervault",
                "本库由更新的程序写成（结构 {}，本程序只识别到 {}）；请升级 papervault"},
    Translation{"this office has no keys of suite {}; a manager accepts it first: papervault suites --accept gm1",
                "本机构没有 {} 套件的密钥；请先由题库管理执行：papervault suites --accept gm1"},
    Translation{"at least one suite has to be accepted", "至少要接受一个算法套件"},
    Translation{"'{}': an officer is given as CARD=role,role", "“{}”：人员应写成 名片=角色,角色"},
    Translation{"'{}' is no suite; suites: pv1, gm1", "没有“{}”这个套件；套件有：pv1、gm1"},
    Translation{"can't open {}: {}", "无法打开 {}：{}"},
    Translation{"there is no database {}", "没有数据库 {}"},
    Translation{"{}: the key doesn't fit or the file is damaged", "{}：密钥不符或文件已损坏"},
    Translation{"the database key was not taken; is this SQLCipher?", "数据库未接受密钥；所用的是 SQLCipher 吗？"},
    Translation{"the database library is not SQLCipher", "数据库程序库不是 SQLCipher"},
    Translation{"give one of --passphrase-file, --key-file and --token, not several",
                "--passphrase-file、--key-file、--token 只能给一个"},
    Translation{"there is no terminal to ask on; use {}", "没有终端可供询问，请用 {}"},
    Translation{"nothing was typed", "没有输入内容"},
    Translation{"a line is at most 1024 bytes", "一行不超过 1024 字节"},
    Translation{"a token agrees on P-256, which is no national algorithm: use a passphrase or key file for gm1",
                "令牌使用 P-256，不是国家密码算法：gm1 身份请用口令或密钥文件"},
    Translation{"give the identity's card (--card), or --name and --id from the sheets",
                "请给身份名片（--card），或分片纸上的 --name 与 --id"},
    Translation{"the sheets give other keys than those of {} ({}): another passphrase of the sheets, or another "
                "person's sheets",
                "各分片得出的不是 {}（{}）的密钥：分片口令不同，或是别人的分片"},
    Translation{"the machine's device gave something else than a key", "本机设备给出的不是密钥"},
    Translation{"the machine's device gives another key back", "本机设备给回的密钥不同"},
    Translation{"the identity is sealed by a device of another kind: {}", "身份由另一类设备封存：{}"},
};

} // namespace

std::span<const Translation> sentences_of_identities() noexcept
{
    return sentences;
}

} // namespace papervault::vault
