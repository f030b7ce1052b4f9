//! A small config that is right, for tests that break it in one place or another.

use super::source::Sources;
use crate::domain::language::Language;
use crate::domain::texts::TextKey;
use std::collections::BTreeMap;

const FAQ: &str = r#"entries:
  - id: order_status
    title: { en: "Where is my order?", ar: "أين طلبي؟" }
    examples:
      en: ["where is my order", "has it shipped"]
      ar: ["وين طلبي", "متى يوصل الطلب"]
      arabizi: ["wen talabi"]
    patterns: ['\btrack my order\b']
    slots:
      - name: order_number
        pattern: '\b[0-9]{6,10}\b'
        ask: { en: "Which order?", ar: "أي طلب؟" }
    answers:
      en: ["Order {order_number} is on its way.", "It is coming."]
      ar: ["الطلب {order_number} في الطريق.", "سيصل قريبا."]
    quick_replies: [returns]
    queue: care
    owner: care-team
    review_by: 2027-06-01
  - id: returns
    title: { en: "Returns", ar: "الإرجاع" }
    examples:
      en: ["how do I return it", "send it back"]
      ar: ["ابغى ارجع الطلب", "كيف الارجاع", "سياسة الاسترجاع"]
    answers:
      en: ["Within 14 days.", "You have 14 days."]
      ar: ["خلال 14 يوما.", "أمامك 14 يوما."]
"#;

const ROUTING: &str = r#"pool: main
policy: least_loaded
skills: [orders, safety]
queues:
  - id: care
    title: { en: "Care", ar: "العناية" }
    skills: { orders: 2 }
    hours:
      zone: Asia/Riyadh
      weekly: { sun: "09:00-22:00", mon: ["09:00-12:00", "14:00-18:00"] }
      closed: ["2027-03-30"]
    fallback: safety
  - id: safety
    title: { en: "Safety", ar: "السلامة" }
    fallback: null
reasons:
  human_request: { queue: care, priority: normal }
  frustration: { queue: care, priority: high }
  confusion: { queue: care, priority: normal }
  not_understood: { queue: care, priority: normal }
  repetition: { queue: care, priority: high }
  abuse: { queue: care, priority: normal }
  emergency_life: { queue: safety, priority: emergency }
  emergency_money: { queue: safety, priority: emergency }
  emergency_property: { queue: safety, priority: emergency }
  denied_twice: { queue: care, priority: high }
  human_first: { queue: care, priority: normal }
  reopened: { queue: care, priority: high }
  bot_failed: { queue: care, priority: normal }
priorities: { low: 0s, normal: 30s, high: 2m, returned: 2m, credit_max: 10m }
offers:
  timeout: 30s
  unanswered_until_away: 3
  cool_down_after_decline: 5s
  cool_down_after_expiry: 30s
  decliner_pause: 10m
  emergency_again_max: 5s
  preferred_hold: 60s
  emergency_run_max: 5
leases: { heartbeat: 10s, length: 30s, browser_length: 90s, grace: 60s, outage_grace: 5m }
agent_silence: { nudge: 60s, supervisor: 120s, requeue: 240s }
wrap_up: 20s
cost: { default: 1, abusive: 2 }
agents:
  - { id: sara, name: Sara, languages: { ar: 5, en: 3 }, skills: { orders: 4 }, capacity: 3 }
promises:
  callback_after: 1h
  callback_window: 30m
  callback_max: 7d
  answer_within: 4h
  follow_up_min: 5m
  follow_up_max: 30d
  follow_up_ahead: 30m
  warn_before: 5m
  extension: 30m
  credit_broken: 5m
"#;

const BOT: &str = r#"name: { en: "Sanad", ar: "سند" }
matcher: { sure_at: 0.5, unsure_at: 0.3, clarify_margin: 0.1, choices_max: 3 }
ladder: { misses_until_human: 2, burst_quiet: 1200ms, fragment_tokens_max: 4 }
ends:
  idle_close: 30m
  remind_after: 10m
  reminders_max: 2
  close_after: 30m
  hold: 10m
  reopen_window: 7d
  queue_wait_max: 2h
emergency_contacts:
  life: { en: "Call 911.", ar: "اتصل على ٩١١.", numbers: ["911"] }
  money: { en: "Call your bank.", ar: "اتصل بمصرفك." }
  property: { en: "Call 998.", ar: "اتصل على 998.", numbers: ["998"] }
"#;

const SCRIPT: &str = r#"name: A question is answered
agents: [sara]
language: ar
steps:
  - customer: ["السلام عليكم", "وين طلبي"]
    expect: { outcome: ask_slot, state: bot, says: "أي طلب" }
  - wait: 5m
  - customer_does: choose 1
  - agent: sara
    does: accept
    expect: { state: human, owner: sara, queue: care, position: 1 }
  - agent: sara
    says: "تفضل"
  - expect: { outcome: silent, signals: [frustration], choices: [returns], delay_reason: all_busy }
"#;

/// The detectors: one phrase each, and every weight.
const DETECTORS: [(&str, &str, &str); 6] = [
    ("human_request", "{ miss: 0.1, refused_answer: 0.1, handoff: 0.1 }", ""),
    (
        "frustration",
        "{ shouting: 0.2, shouting_letters_min: 8, shouting_share_min: 0.7, marks: 0.1, \
         marks_min: 3, angry_face: 0.3, burst: 0.1, burst_messages_min: 3, burst_within: 30s, miss: 0.1, \
         refused_answer: 0.1, denied: 0.1, handoff: 0.1, waited: 0.1, waited_min: 5m }",
        "",
    ),
    ("confusion", "{ miss: 0.1, refused_answer: 0.1 }", ""),
    (
        "repetition",
        "{ window_turns: 8, similar_at: 0.6, letters: 3, filler: [the], filler_weight: 0.2, \
         weight_min: 1.5, rephrased: 0.3, missed: 0.2, same_answer: 0.3, said_again: 0.7,
         refused_answer: 0.2 }",
        "",
    ),
    ("emergency", "{ leads_at: 0.6 }", "emergency: life"),
    ("abuse", "{ repeated: 0.2, repeated_from: 0.3 }", ""),
];

fn detector(conversation: &str, more: &str) -> String {
    format!(
        "trigger: {{ threshold: 0.6, decay: 0.5, fresh_min: 0.2 }}\n\
         negation_reach: 2\n\
         conversation: {conversation}\n\
         rules:\n  - id: one\n    strength: 0.8\n    phrases: {{ en: [\"some words\"] }}\n    {more}\n"
    )
}

/// All files of it.
pub fn files() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = [
        ("faq/a.yaml", FAQ),
        ("routing.yaml", ROUTING),
        ("bot.yaml", BOT),
        ("conversations/a.yaml", SCRIPT),
        ("service.yaml", "listen: \"127.0.0.1:50051\"\nlimits: { waiting_max: 10 }\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    for language in Language::ALL {
        let texts: String = TextKey::ALL.iter().map(|key| text_line(*key)).collect();
        files.insert(format!("texts/{}.yaml", language.tag()), texts);
    }
    for (name, conversation, more) in DETECTORS {
        files.insert(format!("detectors/{name}.yaml"), detector(conversation, more));
    }
    files
}

fn text_line(key: TextKey) -> String {
    let name = key.name();
    match key {
        TextKey::QueuePosition => {
            format!(
                "{name}: {{ zero: z, one: o, two: t, few: f, many: m, other: \"{{count}}\" }}\n"
            )
        }
        TextKey::EmergencyLife
        | TextKey::EmergencySelfHarm
        | TextKey::EmergencySwallowed
        | TextKey::EmergencyGas
        | TextKey::EmergencyFire
        | TextKey::EmergencyMoney
        | TextKey::EmergencyProperty => {
            format!("{name}: [\"now: {{contacts}}\"]\n")
        }
        TextKey::HeardWhilePromised => format!("{name}: \"by {{due}}\"\n"),
        TextKey::DelayOutsideHours | TextKey::WaitChosenClosed => {
            format!("{name}: \"until {{opens}}\"\n")
        }
        TextKey::PacketHeadline => format!("{name}: \"{{why}}: {{need}}\"\n"),
        TextKey::PacketHeadlineNoNeed => format!("{name}: \"{{why}}\"\n"),
        TextKey::TransferredToAgent | TextKey::ReassignedToAgent => {
            format!("{name}: [\"to {{agent}}\"]\n")
        }
        TextKey::TransferredToQueue => format!("{name}: [\"to {{queue}}\"]\n"),
        TextKey::SlotRemembered => format!("{name}: [\"with {{value}}\"]\n"),
        TextKey::SayAgain => format!("{name}: [\"{{text}}\"]\n"),
        TextKey::MessageTooLong => format!("{name}: [\"at most {{max}}\"]\n"),
        TextKey::CallbackPromised | TextKey::CallbackAtOpening => {
            format!("{name}: [\"from {{from}}\"]\n")
        }
        TextKey::CallbackMoved => format!("{name}: [\"{{wanted}}: from {{from}}\"]\n"),
        TextKey::QuestionKept | TextKey::QuestionKeptPageClosed | TextKey::StillPromised => {
            format!("{name}: [\"by {{due}}\"]\n")
        }
        TextKey::FollowUpPromised => format!("{name}: [\"{{what}} by {{due}}\"]\n"),
        TextKey::CustomerBlocked | TextKey::StillBlocked => {
            format!("{name}: [\"until {{until}}; {{otherwise}}\"]\n")
        }
        TextKey::HeardWhileRinging => format!("{name}: [\"since {{since}}\"]\n"),
        TextKey::OnCallReached | TextKey::HeardWhenReached => {
            format!("{name}: [\"reached {{name}}\"]\n")
        }
        TextKey::OnCallMissed | TextKey::HeardWhenMissed => {
            format!("{name}: [\"nobody; {{contacts}}\"]\n")
        }
        TextKey::PromiseLate => format!("{name}: [\"{{due}}: {{why}}\"]\n"),
        _ => format!("{name}: [\"words\"]\n"),
    }
}

/// One edit: in which file, what, by what. An empty "what" replaces the whole file; if both are
/// empty, the file is taken away.
pub type Edit<'a> = (&'a str, &'a str, &'a str);

/// The files with edits.
pub fn edited(edits: &[Edit]) -> BTreeMap<String, String> {
    let mut files = files();
    for (file, from, to) in edits {
        match (*from, *to) {
            ("", "") => {
                files.remove(*file);
            }
            ("", whole) => {
                files.insert((*file).to_owned(), whole.to_owned());
            }
            (from, to) => {
                let text = files.get_mut(*file).unwrap();
                assert!(text.contains(from), "{from:?} stands in {file}");
                *text = text.replacen(from, to, 1);
            }
        }
    }
    files
}

/// The same as sources.
pub fn sources(edits: &[Edit]) -> Sources {
    Sources::from_texts(edited(edits))
}

/// The line a key stands in, in the files without edits.
pub fn line_of(file: &str, key: &str) -> usize {
    let files = files();
    let mut lines = files[file].lines();
    lines.position(|line| line.starts_with(&format!("{key}:"))).unwrap() + 1
}
