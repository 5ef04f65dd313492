// HiGHS in this process: reads a model in free MPS, solves it, prints one line of JSON for each answer.
//   node highs_solve.mjs MODEL SECONDS           the goal of the model
//   node highs_solve.mjs MODEL SECONDS FORMS     as many forms, each the first that is found for costs by chance
// Times are CPU time of the solver alone, without start and reading.
import { readFileSync } from "node:fs";
import loadHighs from "highs";

const [modelFile, seconds, forms] = process.argv.slice(2);
const highs = await loadHighs();
const model = highs.createModel({ format: "mps", data: readFileSync(modelFile, "utf8") });
const { numCols } = model.getDimensions();
const names = Array.from({ length: numCols }, (_, column) => model.getColName(column));
const isItem = names.map((name) => name.startsWith("x"));

function solve() {
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  model.run();
  const used = process.cpuUsage(before);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  let chosen = [];
  try {
    const { colValue } = model.getSolution();
    chosen = names.filter((_, column) => isItem[column] && colValue[column] > 0.5);
  } catch {
    // no solution
  }
  const status = model.getModelStatus();
  console.log(JSON.stringify({ status, cpu_s: (used.user + used.system) / 1e6, wall_s: wallSeconds, chosen }));
}

model.options.set({ output_flag: false, time_limit: Number(seconds) });
if (forms === undefined) {
  solve();
} else {
  model.options.set({ mip_max_improving_sols: 1 });
  let state = 1n;
  for (let form = 0; form < Number(forms); ++form) {
    const costs = isItem.map((is) => {
      state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
      return is ? Number(state >> 40n) % 1000 : 0;
    });
    model.clearSolver();
    model.zeroAllClocks();
    model.changeColsCost({ kind: "range", from: 0, to: numCols - 1 }, costs);
    solve();
  }
}
model.dispose();
