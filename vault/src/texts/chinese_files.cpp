#include "texts/sentences.hpp"

#include <array>

namespace papervault::vault {
namespace {

constexpr std::array sentences{
    Translation{"cannot read {}: {}", "无法读取 {}：{}"},
    Translation{"cannot write {}: {}", "无法写入 {}：{}"},
    Translation{"cannot open {}: {}", "无法打开 {}：{}"},
    Translation{"cannot create {}: {}", "无法创建 {}：{}"},
    Translation{"cannot examine {}: {}", "无法查看 {}：{}"},
    Translation{"cannot sync the folder {}: {}", "无法将文件夹写入磁盘 {}：{}"},
    Translation{"can't create {}: {}", "无法创建 {}：{}"},
    Translation{"can't make {}: {}", "无法建立 {}：{}"},
    Translation{"can't rename to {}: {}", "无法改名为 {}：{}"},
    Translation{"can't rename {}", "无法改名 {}"},
    Translation{"can't overwrite {}: {}", "无法覆盖 {}：{}"},
    Translation{"{} is not a regular file", "{} 不是普通文件"},
    Translation{"{} is no regular file", "{} 不是普通文件"},
    Translation{"{} changed its size while it was read", "{} 在读取时大小变了"},
    Translation{"{} is larger than {} bytes", "{} 超过 {} 字节"},
    Translation{"{} is too large", "{} 太大"},
    Translation{"the file is too large", "文件太大"},
    Translation{"the file is empty", "文件是空的"},
    Translation{"{} is no folder", "{} 不是文件夹"},
    Translation{"{} is there already, or cannot be made", "{} 已经存在或无法建立"},
    Translation{"the terminal can't be written", "无法写入终端"},
    Translation{"no memory", "内存不足"},
    Translation{"line {}: {}", "第 {} 行：{}"},
    Translation{"{}, line {}: {}", "{} 第 {} 行：{}"},
    Translation{"{}, row {}: {}", "{} 第 {} 行：{}"},
    Translation{"line {}, column {}: {}", "第 {} 行第 {} 列：{}"},
    Translation{"line {}: more than {} rows", "第 {} 行：超过 {} 行"},
    Translation{"the file is neither UTF-8 nor GB18030 text", "文件既不是 UTF-8 也不是 GB18030 文本"},
    Translation{"more than {} cells", "超过 {} 个单元格"},
    Translation{"a quoted cell is not closed", "引号未闭合"},
    Translation{"text after a closing quote", "引号之后还有文字"},
    Translation{"no sheet has the headings 试题类型, 题目内容, 题目选项, 题目答案, or those of docs/item-format.md",
                "没有工作表带有“试题类型、题目内容、题目选项、题目答案”或 docs/item-format.md 规定的表头"},
    Translation{"the heading names '{}' twice", "表头中“{}”出现两次"},
    Translation{"the heading lacks the column '{}' (docs/item-format.md)", "表头缺少“{}”列（见 docs/item-format.md）"},
    Translation{"the workbook can't be read: {}", "无法读取工作簿：{}"},
    Translation{"it is protected by a password, or an old .xls; save it as .xlsx without password",
                "文件有密码保护或是旧的 .xls；请另存为无密码的 .xlsx"},
    Translation{"it is no sound zip archive", "不是完好的 zip 文件"},
    Translation{"too many rows", "行数太多"},
    Translation{"too many columns", "列数太多"},
    Translation{"too many cells", "单元格太多"},
    Translation{"too many sheets", "工作表太多"},
    Translation{"it has no sheet", "没有工作表"},
    Translation{"the part {} is damaged", "部件 {} 已损坏"},
    Translation{"the part {} is missing", "缺少部件 {}"},
    Translation{"the part {} is too large", "部件 {} 太大"},
    Translation{"the part {} brings a document type", "部件 {} 带有文档类型声明"},
    Translation{"the part {} is no sound XML", "部件 {} 不是正确的 XML"},
    Translation{"{}: {} of {} rows are bad; nothing was stored.{}", "{}：{} 行有误（共 {} 行），未存入任何试题。{}"},
    Translation{"{}: the heading must be code,name,weight_percent,importance",
                "{}：表头应为 code,name,weight_percent,importance"},
    Translation{"{}'{}' is no code such as 2.3", "{}“{}”不是 2.3 这样的代码"},
    Translation{"{}importance is X, Y or Z", "{}重要程度为 X、Y 或 Z"},
    Translation{"{}the weight is not a percentage", "{}比重不是百分数"},
    Translation{"{}the name is missing or too long", "{}缺少名称或名称太长"},
    Translation{"an import holds answer keys: {}", "导入的数据含有答案：{}"},
    Translation{"the bank has no item '{}'", "题库中没有试题“{}”"},
    Translation{"the bank has no key for '{}'", "题库中没有“{}”的答案"},
    Translation{"the bank has no picture '{}'", "题库中没有图片“{}”"},
    Translation{"item '{}': {}", "试题“{}”：{}"},
    Translation{"the key of '{}' was altered", "“{}”的答案被改动"},
    Translation{"the key of '{}' can't be read", "无法读取“{}”的答案"},
    Translation{"'{}' is no whole number", "“{}”不是整数"},
    Translation{"'{}' is no number", "“{}”不是数"},
    Translation{"'{}' is no percentage from 0 to 100", "“{}”不是 0 到 100 的百分数"},
    Translation{"'{}' is no type of item", "没有“{}”这种题型"},
    Translation{"the heading needs 题型, 题数 and 每题分值", "表头需要“题型”“题数”“每题分值”"},
    Translation{"the heading needs 代码 and 比重", "表头需要“代码”和“比重”"},
    Translation{"the workbook has no sheet named 结构表", "工作簿中没有名为“结构表”的工作表"},
    Translation{"题数 is no whole number above 0", "“题数”不是正整数"},
    Translation{"每题分值 is no number", "“每题分值”不是数"},
    Translation{"more than ten sections", "超过十个部分"},
    Translation{"no field '{}'; without a field all are listed", "没有“{}”这一项；不写项名则全部列出"},
    Translation{"{}: no candidates", "{}：没有考生"},
    Translation{"{}: the heading lacks '{}' ({})", "{}：表头缺少“{}”（{}）"},
    Translation{"{}, line {}: seat '{}' is no number", "{} 第 {} 行：座位“{}”不是数"},
    Translation{"give either --scored, or --raw with --key", "请给 --scored，或 --raw 加 --key"},
    Translation{"this needs scores of 0 and 1; there is {}", "这里需要 0 和 1 的得分，却有 {}"},
    Translation{"the model must be rasch, 2pl or 3pl", "模型为 rasch、2pl 或 3pl"},
    Translation{"the heading of the keys must be item,key", "答案文件的表头应为 item,key"},
    Translation{"item {} has no key", "试题 {} 没有答案"},
    Translation{"{} rows are needed, there are {}", "需要 {} 行，现有 {} 行"},
    Translation{"no file {}", "没有文件 {}"},
    Translation{"can't read {}: {}", "无法读取 {}：{}"},
    Translation{"too many pictures", "图片太多"},
    Translation{"a picture beyond the columns", "有图片超出列范围"},
    Translation{"there is no file of this name in the folder or package: {}", "文件夹或压缩包中没有这个文件：{}"},
    Translation{"{}: no folder and no package: {}", "{}：既不是文件夹也不是压缩包：{}"},
    Translation{"{}: there is no imsmanifest.xml", "{}：没有 imsmanifest.xml"},
    Translation{"{} has {} tests: name one with --inside", "{} 中有 {} 份试卷：请用 --inside 指定一份"},
    Translation{"{}: not a JSON object", "{}：不是 JSON 对象"},
    Translation{
        "{}: the columns are id, enemy_set, stimulus, discrimination, seconds, level, cognitive, irt_a, irt_b, irt_c, "
        "each once",
        "{}：列为 id、enemy_set、stimulus、discrimination、seconds、level、cognitive、irt_a、irt_b、irt_c，各一次"},
    Translation{"{}level is from 1 to 5", "{}等级为 1 至 5"},
    Translation{"{}cognitive is too long", "{}认知层次太长"},
    Translation{"--half-even: of which places? --round says it", "--half-even：保留几位？请用 --round 说明"},
    Translation{"bands: excellent, good and pass must not rise", "等第线：优秀、良好、合格须依次不升"},
    Translation{"true_false_penalty: nothing is taken off where no item has less than 0; floor must be paper",
                "判断题倒扣：每题最低为 0 分时无从倒扣；floor 须为 paper"},
};

// What the C library says of a failed call.
constexpr std::array of_the_system{
    Translation{"No such file or directory", "没有这个文件或文件夹"},
    Translation{"Permission denied", "没有权限"},
    Translation{"File exists", "文件已经存在"},
    Translation{"Is a directory", "是文件夹，不是文件"},
    Translation{"Not a directory", "不是文件夹"},
    Translation{"No space left on device", "磁盘已满"},
    Translation{"Disk quota exceeded", "超出磁盘限额"},
    Translation{"Read-only file system", "文件系统只读"},
    Translation{"Input/output error", "磁盘读写错误"},
    Translation{"Too many open files", "打开的文件太多"},
    Translation{"Directory not empty", "文件夹不是空的"},
};

} // namespace

std::span<const Translation> sentences_of_files() noexcept
{
    return sentences;
}

std::span<const Translation> sentences_of_the_system() noexcept
{
    return of_the_system;
}

} // namespace papervault::vault
