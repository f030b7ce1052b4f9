// Trains nlp.js on the same rows and asks it the same messages. Called by run.mjs in the folder
// into which nlp.js was installed: node nlpjs.mjs JOB.json → figures as JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const [, , jobFile] = process.argv;
const job = JSON.parse(readFileSync(jobFile, 'utf8'));
const require = createRequire(`${job.folder}/`);
const { containerBootstrap } = require('@nlpjs/core');
const { Nlp } = require('@nlpjs/nlp');
const { LangEn } = require('@nlpjs/lang-en');
const { LangAr } = require('@nlpjs/lang-ar');

const rows = (file) =>
  readFileSync(file, 'utf8').split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
const isForeign = (intent) => ['oos', 'out_of_scope', 'NO_NODES_DETECTED'].includes(intent);

// Rows grouped by intent ruin its learner: shuffled, always in the same way.
function shuffled(list) {
  let state = 20_261_122n;
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    const pick = Number((state >> 33n) % BigInt(at + 1));
    [mixed[at], mixed[pick]] = [mixed[pick], mixed[at]];
  }
  return mixed;
}

const container = await containerBootstrap();
container.use(Nlp);
container.use(LangEn);
container.use(LangAr);
const nlp = container.get('nlp');
nlp.settings.autoSave = false;
nlp.settings.log = false;
nlp.addLanguage(job.language);
for (const row of shuffled(rows(job.train))) {
  if (!isForeign(row.intent)) nlp.addDocument(job.language, row.text, row.intent);
}
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // its progress is no result
console.log = () => {};
const begun = performance.now();
await nlp.train();
const trainSeconds = (performance.now() - begun) / 1000;

const [ours, foreign, times] = [[], [], []];
let right = 0;
for (const row of job.dev.flatMap(rows)) {
  const at = performance.now();
  const { classifications } = await nlp.process(job.language, row.text);
  times.push((performance.now() - at) * 1000);
  const best = classifications.find((one) => one.intent !== 'None');
  const score = best?.score ?? 0;
  if (isForeign(row.intent)) {
    foreign.push(score);
  } else {
    ours.push(score);
    right += Number(best?.intent === row.intent);
  }
}
const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, share) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * share))];
const limit = quantile(ours, 0.05);
let wins = 0;
for (const mine of ours) for (const other of foreign) wins += mine > other ? 1 : mine === other ? 0.5 : 0;
write(JSON.stringify({
  accuracy: right / ours.length,
  count: ours.length,
  auroc: foreign.length ? wins / (ours.length * foreign.length) : null,
  recall5: foreign.length ? foreign.filter((score) => score < limit).length / foreign.length : null,
  mean: times.reduce((sum, time) => sum + time, 0) / times.length,
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  trainSeconds,
}));
