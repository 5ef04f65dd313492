/** A small paper with every type of item, and the view that goes with it, in wire form. Invented for tests. */

type WireRun = string | { tex: string } | { br: true } | { blank: number };
type WireBlock =
  { p: WireRun[] } | { table: { header: WireRun[][]; rows: WireRun[][][] } } | { image: { src: string; alt: string } };

interface WireItem {
  id: string;
  number: number;
  type: "single" | "multiple" | "truefalse" | "fill" | "short" | "essay" | "order" | "match" | "calculation";
  points: string;
  blanks: number;
  stem: WireBlock[];
  options: { id: string; content: WireBlock[] }[];
  prompts?: { id: string; content: WireBlock[] }[];
  stimulus?: { id: string; content: WireBlock[] };
}

export interface WireForm {
  form: string;
  sections: { title: string; note: string; items: WireItem[] }[];
}

const p = (...runs: WireRun[]): WireBlock => ({ p: runs });

function choice(
  number: number,
  type: "single" | "multiple",
  stem: WireBlock[],
  options: readonly (string | WireBlock[])[],
  order: string = "ABCDEFGHI",
): WireItem {
  return {
    id: `HG4-1.${number}-${type === "single" ? "S" : "M"}${number}`,
    number,
    type,
    points: type === "single" ? "1" : "2",
    blanks: 0,
    stem,
    options: options.map((content, index) => ({
      id: order.charAt(index),
      content: typeof content === "string" ? [p(content)] : content,
    })),
  };
}

function judgement(number: number, ...runs: WireRun[]): WireItem {
  return {
    id: `HG4-2.${number}-T${number}`,
    number,
    type: "truefalse",
    points: "1",
    blanks: 0,
    stem: [p(...runs)],
    options: [
      { id: "true", content: [p("正确")] },
      { id: "false", content: [p("错误")] },
    ],
  };
}

function written(
  number: number,
  type: "fill" | "short" | "essay",
  blanks: number,
  points: string,
  stem: WireBlock[],
): WireItem {
  return { id: `HG4-3.${number}-W${number}`, number, type, points, blanks, stem, options: [] };
}

const performance_table: WireBlock = {
  table: {
    header: [
      ["流量 ", { tex: "Q" }, "（m³/h）"],
      ["扬程 ", { tex: "H" }, "（m）"],
      ["轴功率 ", { tex: "N" }, "（kW）"],
      ["效率 ", { tex: "\\eta" }, "（%）"],
    ],
    rows: [
      [["0"], ["38.0"], ["1.50"], ["0"]],
      [["15"], ["36.5"], ["2.60"], ["57"]],
      [["30"], ["32.0"], ["3.90"], ["67"]],
      [["45"], ["24.5"], ["4.70"], ["64"]],
    ],
  },
};

const singles: WireItem[] = [
  choice(
    1,
    "single",
    [p("某离心泵的性能测定数据如下表所示，该泵的最高效率点对应的流量约为（　　）。"), performance_table],
    ["0 m³/h", "15 m³/h", "30 m³/h", "45 m³/h"],
    "CADB",
  ),
  choice(
    2,
    "single",
    [
      p(
        "流体在圆管内流动的雷诺数 ",
        { tex: "Re=\\dfrac{d u \\rho}{\\mu}" },
        "，当 ",
        { tex: "Re<2000" },
        " 时，流动类型为（　　）。",
      ),
    ],
    ["层流（滞流）", "过渡流", "湍流（紊流）", "不能确定"],
  ),
  choice(
    3,
    "single",
    [
      p("如图所示为连续精馏装置流程简图，图中标号 ③ 的设备是（　　）。"),
      { image: { src: "media/distillation.svg", alt: "连续精馏装置流程简图" } },
    ],
    ["精馏塔", "再沸器", "全凝器", "原料预热器"],
  ),
  choice(
    4,
    "single",
    [p("传热基本方程式为（　　）。")],
    [
      [p({ tex: "Q=KA\\Delta t_m" })],
      [p({ tex: "Q=\\dfrac{\\lambda}{\\delta}A\\,\\Delta t" })],
      [p({ tex: "Q=\\alpha A\\,\\Delta t" })],
      [p({ tex: "Q_{总}=\\sum_{i=1}^{n} q_{m,i}\\,c_{p,i}\\,\\Delta t_i" })],
    ],
  ),
  choice(
    5,
    "single",
    [p("下列阀门的图形符号中，表示截止阀的是（　　）。")],
    [
      [{ image: { src: "media/valve-gate.svg", alt: "图形符号甲" } }],
      [{ image: { src: "media/valve-globe.svg", alt: "图形符号乙" } }],
    ],
  ),
  ...["压力表", "液位计", "温度计", "流量计", "安全阀", "爆破片", "阻火器", "疏水阀", "止回阀", "减压阀", "过滤器"].map(
    (device, index) =>
      choice(
        6 + index,
        "single",
        [p(`在化工生产装置中，${device}日常巡回检查的首要内容是（　　）。`)],
        ["外观完好、无泄漏", "铭牌清晰", "油漆颜色", "生产厂家"],
      ),
  ),
];

const multiples: WireItem[] = [
  choice(
    17,
    "multiple",
    [p("离心泵启动前应做的准备工作有（　　）。")],
    ["盘车，检查转动是否灵活", "灌泵排气", "关闭出口阀", "全开出口阀", "检查润滑油油位"],
  ),
  choice(
    18,
    "multiple",
    [p("进入受限空间作业前，必须进行的工作包括（　　）。")],
    [
      "办理作业许可证",
      "进行气体分析",
      "落实监护人",
      "切断物料来源并加盲板",
      "佩戴合格的防护用品",
      "清洗置换合格",
      "备好救援器材",
    ],
  ),
  ...[19, 20, 21, 22].map((number) =>
    choice(
      number,
      "multiple",
      [p("影响过滤速率的主要因素有（　　）。")],
      ["滤饼厚度", "压力差", "滤液黏度", "操作人员年龄"],
    ),
  ),
];

const judgements: WireItem[] = [
  judgement(23, "离心泵的扬程就是泵的升扬高度。"),
  judgement(24, "在 ", { tex: "0\\,^{\\circ}\\mathrm{C}" }, " 以下，水的密度随温度降低而增大。"),
  ...[25, 26, 27, 28, 29, 30].map((number) =>
    judgement(number, `设备检修完毕后，应由操作人员与检修人员共同验收（第 ${number} 题）。`),
  ),
];

const written_items: WireItem[] = [
  written(31, "fill", 2, "4", [
    p("流体流动的类型可用 ", { blank: 1 }, " 判断，其数值大于 ", { blank: 2 }, " 时为湍流。"),
  ]),
  written(32, "fill", 2, "4", [p("离心泵常见的两种不正常现象是____和____。（请在下方作答）")]),
  written(33, "short", 1, "10", [p("简述离心泵发生“气缚”现象的原因及处理方法。")]),
  written(34, "essay", 1, "20", [
    p(
      "已知某换热器热流体进、出口温度为 ",
      { tex: "T_1=120\\,^{\\circ}\\mathrm{C}" },
      "、",
      { tex: "T_2=80\\,^{\\circ}\\mathrm{C}" },
      "，冷流体进、出口温度为 ",
      { tex: "t_1=20\\,^{\\circ}\\mathrm{C}" },
      "、",
      { tex: "t_2=50\\,^{\\circ}\\mathrm{C}" },
      "，逆流操作。",
    ),
    p(
      "试求对数平均温度差 ",
      { tex: "\\Delta t_m=\\dfrac{\\Delta t_1-\\Delta t_2}{\\ln\\dfrac{\\Delta t_1}{\\Delta t_2}}" },
      "，并说明逆流比并流有利的理由。",
    ),
  ]),
];

const entries = (ids: string, contents: readonly string[]): WireItem["options"] =>
  contents.map((content, index) => ({ id: ids.charAt(index), content: [p(content)] }));

const pump_start = {
  id: "HG4-5-PUMP",
  content: [
    p("某班组启动一台输送冷却水的离心泵。启动前泵内有空气，出口阀全开，电机侧的旋转方向已经核对。"),
    p("启动后压力表指针在零附近摆动，泵体有噪声，电流偏低。"),
  ],
};

const arranged_items: WireItem[] = [
  {
    id: "HG4-5.1-O1",
    number: written_items.at(-1)!.number + 1,
    type: "order",
    points: "3",
    blanks: 0,
    stem: [p("将离心泵的正确启动步骤排序。")],
    options: entries("CADB", ["关闭出口阀", "盘车检查", "启动电机", "灌泵排气"]),
    stimulus: pump_start,
  },
  {
    id: "HG4-5.2-P2",
    number: written_items.at(-1)!.number + 2,
    type: "match",
    points: "3",
    blanks: 0,
    stem: [p("将故障现象与原因对应。")],
    options: entries("BDAC", ["泵内有空气", "填料压得过紧", "转向相反", "叶轮堵塞"]),
    prompts: entries("123", ["启动后不出水、压力表无示数", "轴封处发热", "流量小、电流偏低"]),
    stimulus: pump_start,
  },
  {
    id: "HG4-5.3-C3",
    number: written_items.at(-1)!.number + 3,
    type: "calculation",
    points: "6",
    blanks: 0,
    stem: [p("流量 ", { tex: "30\\,\\mathrm{m^3/h}" }, "、扬程 32 m、效率 67 %，求轴功率。")],
    options: [],
  },
];

export const fixture_form: WireForm = {
  form: "FORM-HG4-A",
  sections: [
    { title: "一、单项选择题", note: "每题 1 分，只有一个正确答案。", items: singles },
    { title: "二、多项选择题", note: "每题 2 分，多选、少选、错选均不得分。", items: multiples },
    { title: "三、判断题", note: "每题 1 分。", items: judgements },
    { title: "四、填空题、简答题与计算题", note: "", items: written_items },
    { title: "五、排序题、匹配题与计算题", note: "", items: arranged_items },
  ],
};

export const fixture_items = fixture_form.sections.flatMap((section) => section.items);

const start_ms = Date.UTC(2025, 5, 14, 1, 0, 0); // 09:00 in Shanghai
const minute_ms = 60_000;

export const fixture_exam = {
  title: "化工总控工职业技能等级认定理论知识考试",
  occupation: "化工总控工",
  level: "四级/中级工",
  subject: "理论知识",
  duration_seconds: 5_400,
  items: fixture_items.length,
  points: "100",
};

export const fixture_candidate = { name: "欧阳建国", ticket: "370402202506140107" };

/** @param minutes  Since the start of the exam; negative before it. */
export function fixture_clock(minutes: number) {
  return {
    now_ms: start_ms + minutes * minute_ms,
    starts_ms: start_ms,
    ends_ms: start_ms + 90 * minute_ms,
    hand_in_from_ms: start_ms + 60 * minute_ms,
  };
}
