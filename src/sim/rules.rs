//! The rules of the simulated shop: few entries, short times, everything that the machines can do
//! reachable by a few phrases. Small on purpose: what is proved here does not depend on how well
//! texts are understood.

use crate::domain::bot::entry::{FaqEntry, SlotRule};
use crate::domain::bot::matcher::{Example, Matcher, MatcherSettings, TrainingEntry};
use crate::domain::conversation::seen::MarksKept;
use crate::domain::detectors::*;
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::ids::{AgentId, EntryId, PoolId, QueueId, RulesVersion, SkillId};
use crate::domain::language::Language;
use crate::domain::parts::PartRules;
use crate::domain::pool::agent::Profile;
use crate::domain::routing::attendance::AttendanceRules;
use crate::domain::routing::blocks::BlockRules;
use crate::domain::routing::on_call::{OnCallRules, Target, Way};
use crate::domain::routing::settings::{
    DeclaredAgent, OfferRules, PromiseRules, QueueRules, Queues, Route, RoutingRules, SilenceRules,
};
use crate::domain::rules::{BotRules, EndRules, LadderRules, Rules, SatisfactionRules};
use crate::domain::texts::{PerLanguage, Text, TextKey, Texts};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How customers ask for an entry, how it is answered, and what makes it special.
struct Topic {
    id: &'static str,
    ask_ar: [&'static str; 2],
    ask_en: [&'static str; 2],
    human_first: bool,
    needs_order: bool,
    queue: Option<&'static str>,
}

const TOPICS: [Topic; 6] = [
    topic(
        "shipping-cost",
        ["كم سعر التوصيل", "بكم الشحن"],
        ["how much is delivery", "what does shipping cost"],
    ),
    topic("opening-hours", ["متى تفتحون", "ساعات العمل"], ["when are you open", "opening hours"]),
    topic(
        "return-policy",
        ["كيف أرجع المنتج", "سياسة الإرجاع"],
        ["how do i return an item", "return policy"],
    ),
    topic("pay-methods", ["كيف أدفع", "طرق الدفع"], ["how can i pay", "payment methods"]),
    Topic {
        needs_order: true,
        ..topic("order-status", ["وين طلبي", "أين طلبي"], ["where is my order", "track my order"])
    },
    Topic {
        human_first: true,
        queue: Some("billing"),
        ..topic(
            "double-charge",
            ["خصمتم مني مرتين", "انخصم المبلغ مرتين"],
            ["i was charged twice", "double charge"],
        )
    },
];

const fn topic(id: &'static str, ask_ar: [&'static str; 2], ask_en: [&'static str; 2]) -> Topic {
    Topic { id, ask_ar, ask_en, human_first: false, needs_order: false, queue: None }
}

/// How customers ask for what the bot knows.
pub(super) fn questions(language: Language) -> Vec<&'static str> {
    TOPICS
        .iter()
        .flat_map(|topic| match language {
            Language::Ar => topic.ask_ar,
            Language::En => topic.ask_en,
        })
        .collect()
}

/// The rules, with so many declared agents; made once, because training takes its time.
pub(crate) fn rules(agents: usize) -> Arc<Rules> {
    static MADE: Mutex<BTreeMap<usize, Arc<Rules>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(made.entry(agents).or_insert_with(|| Arc::new(make(agents))))
}

/// The same, made anew for whoever changes them.
pub(crate) fn make(agents: usize) -> Rules {
    let entries: Vec<FaqEntry> = TOPICS.iter().map(entry).collect();
    let training: Vec<TrainingEntry> = TOPICS.iter().map(training).collect();
    Rules {
        version: id(RulesVersion::parse("simulated")),
        bot: BotRules {
            arabizi: Language::Ar,
            name: both("سند", "Sanad"),
            entries: entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect(),
            ladder: LadderRules {
                misses_until_human: 2,
                burst_quiet: Duration::from_millis(1_200),
                fragment_tokens_max: 4,
                short_tokens_max: 0,
                clarify_at: 0.0,
            },
            ends: EndRules {
                idle_close: seconds(300),
                remind_after: seconds(60),
                reminders_max: 2,
                close_after: seconds(90),
                hold: seconds(45),
                reopen_window: seconds(1_200),
                queue_wait_max: seconds(150),
            },
            satisfaction: SatisfactionRules {
                answer_buttons: true,
                csat_share: 0.5,
                ces_share: 0.3,
                nps_share: 0.2,
                nps_every: seconds(3_600),
                false_closure_window: seconds(600),
            },
            facts: BTreeSet::new(),
            read_marks: MarksKept::default(),
            parts: PartRules { count_max: 3, locations: true, ..PartRules::default() },
            contacts: EmergencyKind::ALL
                .into_iter()
                .map(|kind| (kind, both("اتصل على 911", "Call 911")))
                .collect(),
        },
        matcher: Arc::new(trained(&training)),
        detectors: Arc::new(compiled()),
        routing: routing(agents),
        texts: Arc::new(texts()),
        banners: Vec::new(),
    }
}

fn entry(topic: &Topic) -> FaqEntry {
    let answer = |language: Language, number: u32| match (language, topic.needs_order) {
        (Language::Ar, true) => format!("طلبك {{order}} في الطريق ({number})"),
        (Language::En, true) => format!("Order {{order}} is on its way ({number})"),
        (Language::Ar, false) => format!("جواب {} رقم {number}", topic.ask_ar[0]),
        (Language::En, false) => format!("Answer {number} about {}", topic.ask_en[0]),
    };
    let answers = |language| vec![answer(language, 1), answer(language, 2)];
    let order = SlotRule {
        name: "order".to_owned(),
        pattern: regex::Regex::new("[0-9]{5}").expect("a constant pattern"),
        ask: both("ما رقم الطلب؟", "What is the order number?"),
    };
    FaqEntry {
        id: id(EntryId::parse(topic.id)),
        title: both(topic.ask_ar[0], topic.ask_en[0]),
        answers: PerLanguage { ar: answers(Language::Ar), en: answers(Language::En) },
        quick_replies: vec![id(EntryId::parse("return-policy")), id(EntryId::parse("pay-methods"))],
        slots: if topic.needs_order { vec![order] } else { Vec::new() },
        human_first: topic.human_first,
        is_need: true,
        queue: topic.queue.map(|queue| id(QueueId::parse(queue))),
    }
}

fn training(topic: &Topic) -> TrainingEntry {
    let texts = topic.ask_ar.iter().chain(&topic.ask_en);
    let examples = texts.map(|text| Example {
        text: (*text).to_owned(),
        variety: crate::domain::language::detect(text),
    });
    TrainingEntry {
        id: id(EntryId::parse(topic.id)),
        examples: examples.collect(),
        patterns: Vec::new(),
    }
}

fn trained(entries: &[TrainingEntry]) -> Matcher {
    Matcher::train(entries, &MatcherSettings::default()).expect("there are no patterns")
}

fn compiled() -> Detectors {
    let lexicon = |kind: SignalKind| {
        let words: &[(&str, Option<EmergencyKind>)] = match kind {
            SignalKind::HumanRequest => &[("human", None), ("موظف", None), ("agent", None)],
            SignalKind::Frustration => &[("terrible", None), ("زفت", None), ("fed up", None)],
            SignalKind::Confusion => &[("confused", None), ("ضعت", None)],
            SignalKind::Repetition => &[("already told you", None), ("قلت لكم", None)],
            SignalKind::Emergency => &[
                ("ambulance", Some(EmergencyKind::Life)),
                ("إسعاف", Some(EmergencyKind::Life)),
                ("stolen card", Some(EmergencyKind::Money)),
                ("حريق", Some(EmergencyKind::Property)),
            ],
            SignalKind::Abuse => &[("idiots", None), ("أغبياء", None)],
        };
        let rule = |(number, (phrase, emergency)): (usize, &(&str, Option<EmergencyKind>))| {
            let text = (*phrase).to_owned();
            let dialect = if text.is_ascii() { Dialect::En } else { Dialect::Msa };
            RuleSettings {
                id: format!("rule-{number}"),
                strength: 0.9,
                emergency: *emergency,
                hazard: None,
                negatable: false,
                words_max: None,
                phrases: BTreeMap::from([(dialect, vec![text])]),
            }
        };
        LexiconSettings {
            rules: words.iter().enumerate().map(rule).collect(),
            withdrawals: withdrawals(kind),
            ..LexiconSettings::default()
        }
    };
    let settings = DetectorSettings {
        window_turns: 8,
        triggers: SignalKind::ALL.map(|_| TriggerSettings {
            threshold: 0.6,
            decay: 0.5,
            fresh_min: 0.2,
        }),
        lexicons: SignalKind::ALL.map(lexicon),
        learnt: [None; 6],
        human_request: HumanRequestSettings { miss: 0.1, refused_answer: 0.1, handoff: 0.1 },
        frustration: FrustrationSettings {
            shouting: 0.3,
            marks: 0.3,
            angry_face: 0.3,
            burst: 0.2,
            miss: 0.1,
            refused_answer: 0.1,
            denied: 0.2,
            handoff: 0.1,
            waited: 0.2,
            waited_min: seconds(60),
            manner: MannerSettings {
                shouting_letters_min: 8,
                shouting_share_min: 0.7,
                run_marks_min: 3,
                burst_messages_min: 3,
                burst_within: seconds(20),
            },
        },
        confusion: ConfusionSettings { miss: 0.1, refused_answer: 0.1 },
        repetition: RepetitionSettings {
            similar_at: 0.7,
            similarity: SimilaritySettings {
                filler: BTreeSet::new(),
                filler_weight: 0.2,
                letters: 5,
                weight_min: 2.0,
            },
            rephrased: 0.3,
            missed: 0.2,
            same_answer: 0.2,
            said_again: 0.7,
            refused_answer: 0.2,
        },
        emergency: EmergencySettings { leads_at: 0.5 },
        abuse: AbuseSettings { repeated: 0.3, repeated_from: 0.3 },
    };
    Detectors::compile(&settings).expect("constant phrases")
}

/// What takes the wish for a person back.
fn withdrawals(kind: SignalKind) -> WithdrawalSettings {
    if kind != SignalKind::HumanRequest {
        return WithdrawalSettings::default();
    }
    let english = |text: &str| BTreeMap::from([(Dialect::En, vec![text.to_owned()])]);
    WithdrawalSettings { clear: english("human no longer needed"), perhaps: english("no need") }
}

fn routing(agents: usize) -> RoutingRules {
    let queue = |name: &str| QueueRules::always_open(id(QueueId::parse(name)), both("قسم", "Desk"));
    let mut billing = queue("billing");
    billing.skills.insert(id(SkillId::parse("billing")), 2);
    let mut rules = RoutingRules::new(
        id(PoolId::parse("support")),
        Queues::new(queue("general"), vec![billing]),
    );
    rules.skills.insert(id(SkillId::parse("billing")));
    for reason in HandoffReason::ALL.into_iter().filter(|reason| reason.is_emergency()) {
        let queue = id(QueueId::parse("general"));
        rules.reasons.insert(reason, Route { queue, priority: Priority::Emergency });
    }
    rules.offers = OfferRules {
        timeout: seconds(15),
        cool_down_after_expiry: seconds(10),
        decliner_pause: seconds(60),
        preferred_hold: seconds(20),
        ..rules.offers
    };
    rules.agent_silence =
        SilenceRules { nudge: seconds(20), supervisor: seconds(40), requeue: seconds(80) };
    rules.leases.grace = seconds(30);
    rules.leases.outage_grace = seconds(45);
    rules.wrap_up = seconds(5);
    rules.promises = PromiseRules {
        callback_after: seconds(120),
        callback_window: seconds(90),
        callback_max: seconds(1_200),
        answer_within: seconds(180),
        follow_up_min: seconds(90),
        follow_up_max: seconds(1_800),
        follow_up_ahead: seconds(60),
        warn_before: seconds(30),
        extension: seconds(90),
        credit_broken: seconds(60),
    };
    rules.on_call = on_call();
    rules.attendance = AttendanceRules { gone_after: seconds(30), aside_for: seconds(120) };
    rules.blocks = Some(BlockRules {
        length: seconds(150),
        review_within: seconds(60),
        otherwise: both("راسلنا", "write to us"),
    });
    rules.agents = (0..agents).map(declared).collect();
    rules
}

/// Two are on call for life, one for the rest.
fn on_call() -> OnCallRules {
    let target = |name: &str| Target {
        name: name.to_owned(),
        way: Way::Webhook(format!("https://pager.example/{name}")),
    };
    let guards = |kind| match kind {
        EmergencyKind::Life => vec![target("guard"), target("doctor")],
        EmergencyKind::Money | EmergencyKind::Property => vec![target("guard")],
    };
    OnCallRules {
        after: seconds(20),
        answer_within: seconds(15),
        rings_max: 4,
        secret_from: None,
        targets: EmergencyKind::ALL.into_iter().map(|kind| (kind, guards(kind))).collect(),
    }
}

/// Agent 0 can do everything, so that no work is without anyone who could ever do it.
fn declared(number: usize) -> DeclaredAgent {
    let speaks = |language: Language| number == 0 || number % 3 != language as usize;
    let languages = Language::ALL.into_iter().filter(|language| speaks(*language));
    let mut skills = BTreeMap::new();
    if number.is_multiple_of(2) {
        skills.insert(id(SkillId::parse("billing")), if number == 0 { 3 } else { 2 });
    }
    let name = format!("Agent {number}");
    DeclaredAgent {
        names: PerLanguage { ar: name.clone(), en: name.clone() },
        id: id(AgentId::parse(&format!("agent{number}"))),
        profile: Profile {
            name: name.clone(),
            languages: languages.map(|language| (language, 3)).collect(),
            skills,
            capacity: 2 + number as u32 % 3,
            declared: true,
        },
    }
}

/// Every text says its own key, in two wordings, with the placeholders that matter.
fn texts() -> Texts {
    let placeholders = [
        (TextKey::AgentJoined, " {agent}"),
        (TextKey::AgentChanged, " {agent}"),
        (TextKey::TransferredToAgent, " {agent}"),
        (TextKey::ReassignedToAgent, " {agent}"),
        (TextKey::TransferredToQueue, " {queue}"),
        (TextKey::QueuePosition, " {count}"),
        (TextKey::PacketHeadline, " {need} {why} {tried}"),
        (TextKey::PacketHeadlineNoNeed, " {why} {tried}"),
        (TextKey::SayAgain, " {text}"),
        (TextKey::SlotRemembered, " {value}"),
        (TextKey::OnCallReached, " {name}"),
        (TextKey::CustomerBlocked, " {until} {otherwise}"),
        (TextKey::StillBlocked, " {until} {otherwise}"),
        (TextKey::OnCallMissed, " {contacts}"),
    ];
    let values = |key: TextKey| {
        placeholders.iter().find(|(known, _)| *known == key).map_or("", |(_, values)| values)
    };
    let text = |key: TextKey| {
        let wording = |number: u32| format!("{}{} ({number})", key.name(), values(key));
        Text::Wordings(vec![wording(1), wording(2)])
    };
    let keys = TextKey::ALL.iter();
    Texts::new(
        keys.flat_map(|key| Language::ALL.map(|language| ((language, *key), text(*key)))).collect(),
    )
}

fn both(ar: &str, en: &str) -> PerLanguage<String> {
    PerLanguage { ar: ar.to_owned(), en: en.to_owned() }
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// The ids here are constants that are known to be well formed.
fn id<T, E: std::fmt::Debug>(parsed: Result<T, E>) -> T {
    parsed.expect("a constant id")
}
