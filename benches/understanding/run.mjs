// What Sanad finds, beside nlp.js in the same run, on public sets: see README.md beside this file.
//
//   node benches/understanding/run.mjs DATA [--sanad target/release/sanad] [--only PART] [--without-nlpjs]
//
// DATA holds intents/NAME/{train,shot5_pub,shot10_pub,shot10_s1,train_oos,dev}.jsonl, one
// {"text", "intent", "lang"} a line, and signals/NAME/dev.jsonl. Everything made on the way lies in
// a temporary folder; the tables are printed as Markdown.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { cpus, loadavg, platform, arch, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NLPJS = ['@nlpjs/basic@4.27.0', '@nlpjs/lang-ar@4.26.1'];
const SETS = [
  { name: 'Banking77, 5 per intent', folder: 'banking77', train: 'shot5_pub' },
  { name: 'Banking77, 10 per intent', folder: 'banking77', train: 'shot10_pub' },
  { name: 'Banking77, full', folder: 'banking77', train: 'train' },
  { name: 'CLINC150, 5 per intent', folder: 'clinc150', train: 'shot5_pub', oos: true },
  { name: 'CLINC150, 10 per intent', folder: 'clinc150', train: 'shot10_pub', oos: true },
  { name: 'CLINC150, full', folder: 'clinc150', train: 'train', oos: true },
  { name: 'HWU64, 5 per intent', folder: 'hwu64', train: 'shot5_pub' },
  { name: 'HWU64, 10 per intent', folder: 'hwu64', train: 'shot10_pub' },
  { name: 'HWU64, full', folder: 'hwu64', train: 'train' },
  { name: 'ArBanking77, 10 per intent', folder: 'arbanking77', train: 'shot10_s1', language: 'ar' },
  { name: 'ArBanking77, full', folder: 'arbanking77', train: 'train', language: 'ar' },
  { name: 'HINT3 SOFMattress', folder: 'hint3_sofmattress', train: 'train' },
  { name: 'HINT3 Curekart', folder: 'hint3_curekart', train: 'train' },
  { name: 'HINT3 Powerplay11', folder: 'hint3_powerplay11', train: 'train' },
];
// So many messages are classified to see what one costs.
const CLASSIFIED = 20_000;
// What banks call ordinary questions and a person calls an emergency or a request for one.
const NOT_ORDINARY = /lost|stolen|compromised|not_recognised|not recognised|dispute|swallowed/;

const options = process.argv.slice(2);
const value = (name) => {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options.splice(at, 2)[1];
};
const flag = (name) => {
  const at = options.indexOf(name);
  return at >= 0 && options.splice(at, 1).length > 0;
};
const sanad = resolve(value('--sanad') ?? 'target/release/sanad');
const only = value('--only');
const withoutNlpjs = flag('--without-nlpjs');
const [data] = options;
if (!data || !existsSync(join(data, 'intents')) || !existsSync(sanad)) {
  console.error('usage: node run.mjs DATA [--sanad FILE] [--only PART] [--without-nlpjs]');
  console.error('DATA must hold intents/; build Sanad first: cargo build --release');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'understanding-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));
const run = (program, args, more = {}) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'inherit'], cwd: temp, ...more });

if (!withoutNlpjs) {
  writeFileSync(join(temp, 'package.json'), '{"private":true}');
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...NLPJS]);
}

// What a message costs end to end: a line of JSON in, the whole decision as a line of JSON out, by one
// thread; the start is measured with a single line and left out.
function classifying(home, files) {
  const texts = files.flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((row) => row.trim())
    .map((row) => JSON.parse(row).text);
  const lines = Array.from({ length: CLASSIFIED }, (_, at) => JSON.stringify({ id: at, text: texts[at % texts.length] }));
  const took = (input) => {
    const begun = performance.now();
    run(sanad, ['classify', '--config', 'config'], { cwd: home, input: `${input.join('\n')}\n` });
    return performance.now() - begun;
  };
  took(lines.slice(0, 1)); // learns what it needs
  return (took(lines) - took(lines.slice(0, 1))) * 1000 / (lines.length - 1);
}

const percent = (share) => (share == null ? '–' : (share * 100).toFixed(1));
const line = (cells) => console.log(`| ${cells.join(' | ')} |`);

console.log(`Run ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${cpus()[0]?.model.trim()}), ` +
  `${platform()} ${arch()}, node ${process.version}, load ${loadavg()[0].toFixed(1)} at the start.\n`);
line(['set (dev split)', 'examples', 'messages', 'Sanad', '95 %', 'OOS AUROC', 'OOS recall at 5 %', 'p50 / p99 µs',
  'classify µs', 'learn s', 'load again ms', 'nlp.js', 'nlp.js OOS AUROC', 'nlp.js OOS recall', 'nlp.js p50 / p99 µs',
  'nlp.js mean µs', 'nlp.js learn s']);
line(Array(17).fill('---'));
for (const set of SETS.filter((set) => !only || set.name.includes(only))) {
  const file = (name) => resolve(data, 'intents', set.folder, `${name}.jsonl`);
  const dev = [file('dev'), ...(set.oos ? [file('train_oos')] : [])];
  // One folder for config and data: what is learnt is kept in the data folder and recalled.
  const home = join(temp, `${set.folder}-${set.train}`);
  mkdirSync(join(home, 'data'), { recursive: true });
  run(sanad, ['import', file(set.train), '--out', join(home, 'config')]);
  const evaluate = () =>
    JSON.parse(run(sanad, ['eval', 'intents', ...dev, '--config', 'config', '--format', 'json'], { cwd: home }));
  const first = evaluate();
  const again = evaluate();
  const classified = classifying(home, dev);
  let other = {};
  if (!withoutNlpjs) {
    const job = join(home, 'job.json');
    writeFileSync(job, JSON.stringify({ folder: temp, train: file(set.train), dev, language: set.language ?? 'en' }));
    other = JSON.parse(run('node', [join(here, 'nlpjs.mjs'), job]));
  }
  const { accuracy, foreign, speed } = again;
  const examples = readFileSync(file(set.train), 'utf8').trim().split('\n').length;
  line([set.name, examples, accuracy.of, `**${percent(accuracy.share)}**`,
    `${percent(accuracy.low)}–${percent(accuracy.high)}`, percent(foreign?.auroc), percent(foreign?.recall_at_5.share),
    `${speed.p50_us.toFixed(0)} / ${speed.p99_us.toFixed(0)}`, classified.toFixed(0), (first.speed.load_ms / 1000).toFixed(1),
    speed.load_ms.toFixed(0), percent(other.accuracy), percent(other.auroc), percent(other.recall5),
    other.p50 ? `${other.p50.toFixed(0)} / ${other.p99.toFixed(0)}` : '–', other.mean?.toFixed(0) ?? '–', other.trainSeconds?.toFixed(1) ?? '–']);
}

// Who needs a person: the shipped detectors on labelled messages, and on ordinary questions.
if (!only) {
  const config = resolve(here, '../../config');
  const signals = (files) =>
    JSON.parse(run(sanad, ['eval', 'signals', ...files, '--config', config, '--format', 'json'])).messages;
  const share = (one) => `${percent(one.share)} (${one.hits}/${one.of}; ${percent(one.low)}–${percent(one.high)})`;
  console.log();
  line(['set (dev split)', 'class', 'precision', 'recall', 'F1', 'false fires on ordinary messages']);
  line(Array(6).fill('---'));
  for (const name of ['hint3_en', 'nlupp_en']) {
    const report = signals([resolve(data, 'signals', name, 'dev.jsonl')]);
    for (const { class: kind, all } of report.classes) {
      const fires = report.false_fires.find((one) => one.class === kind).all;
      const f1 = `${percent(all.f1.value)} (${percent(all.f1.low)}–${percent(all.f1.high)})`;
      line([name, kind, share(all.precision), share(all.recall), f1, share(fires)]);
    }
  }
  for (const name of ['banking77', 'arbanking77']) {
    const rows = readFileSync(resolve(data, 'intents', name, 'dev.jsonl'), 'utf8').trim().split('\n')
      .map((row) => JSON.parse(row)).filter((row) => !NOT_ORDINARY.test(row.intent));
    const ordinary = join(temp, `${name}.jsonl`);
    writeFileSync(ordinary, rows.map(({ text, lang }) => JSON.stringify({ text, lang })).join('\n'));
    for (const { class: kind, all } of signals([ordinary]).false_fires) {
      line([`${name}, ordinary rows`, kind, '–', '–', '–', share(all)]);
    }
  }
}
