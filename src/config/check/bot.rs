//! The bot's own file: its name, its ladder, how conversations end, whom to call in an emergency.

use super::value::{self, duration, number};
use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::bot::{Bot, Contact, Contacts, Ends, Ladder, Matcher, Satisfaction};
use crate::config::raw::{At, Text};
use crate::domain::bot::matcher::MatcherSettings;
use crate::domain::conversation::seen::MarksKept;
use crate::domain::detectors::EmergencyKind;
use crate::domain::facts::is_name;
use crate::domain::language::Language;
use crate::domain::parts::PartRules;
use crate::domain::rules::{EndRules, LadderRules, SatisfactionRules};
use crate::domain::texts::PerLanguage;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Who comes back within this time with the same matter was not helped.
const FALSE_CLOSURE_WINDOW: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// No customer is asked for a recommendation more often than this.
const NPS_EVERY: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// "My order" may be all there is, or the beginning of anything.
const SHORT_TOKENS_MAX: u32 = 2;
/// Below this a topic is a stranger: offering it helps nobody.
const CLARIFY_AT: f32 = 0.15;

/// What the bot's file says, without its entries.
#[derive(Debug, Clone)]
pub struct CheckedBot {
    /// Its name.
    pub name: PerLanguage<String>,
    /// How sure it must be.
    pub matcher: MatcherSettings,
    /// How far it tries.
    pub ladder: LadderRules,
    /// How conversations end.
    pub ends: EndRules,
    /// What Arabic in Latin letters is answered in.
    pub arabizi: Language,
    /// Whom to call.
    pub contacts: BTreeMap<EmergencyKind, PerLanguage<String>>,
    /// Whom it asks how it went.
    pub satisfaction: SatisfactionRules,
    /// The facts that answers may use.
    pub facts: BTreeSet<String>,
    /// What messages may carry beside words.
    pub parts: PartRules,
    /// Whose reading is kept and shown to the other side.
    pub read_marks: MarksKept,
}

/// Checks the bot's file.
pub fn check(raw: &Bot, problems: &mut Problems) -> Option<CheckedBot> {
    let name = raw.name.as_ref().and_then(|name| value::both(name, problems));
    let matcher = match &raw.matcher {
        Some(matcher) => check_matcher(matcher, problems),
        None => Some(MatcherSettings::default()),
    };
    let ladder = raw.ladder.as_ref().and_then(|ladder| check_ladder(ladder, problems));
    let ends = raw.ends.as_ref().and_then(|ends| check_ends(ends, problems));
    let tags = Language::ALL.map(|language| (language.tag(), language));
    let arabizi = match &raw.arabizi {
        Some(tag) => value::one_of(tag, &tags, problems),
        None => Some(Language::Ar),
    };
    let contacts =
        raw.emergency_contacts.as_ref().and_then(|contacts| check_contacts(contacts, problems));
    let satisfaction = match &raw.satisfaction {
        Some(satisfaction) => check_satisfaction(satisfaction, problems),
        None => Some(SatisfactionRules {
            false_closure_window: FALSE_CLOSURE_WINDOW,
            nps_every: NPS_EVERY,
            ..SatisfactionRules::default()
        }),
    };
    let facts = check_facts(raw.facts.as_deref().unwrap_or_default(), problems);
    let parts = match &raw.parts {
        Some(parts) => super::parts::check(parts, problems),
        None => Some(PartRules::default()),
    };
    let kept = [("both", MarksKept::Both), ("agents", MarksKept::Agents), ("off", MarksKept::Off)];
    let read_marks = match &raw.read_marks {
        Some(whose) => value::one_of(whose, &kept, problems),
        None => Some(MarksKept::default()),
    };
    Some(CheckedBot {
        name: name?,
        matcher: matcher?,
        ladder: ladder?,
        ends: ends?,
        arabizi: arabizi?,
        contacts: contacts?,
        satisfaction: satisfaction?,
        facts: facts?,
        parts: parts?,
        read_marks: read_marks?,
    })
}

fn check_matcher(raw: &Matcher, problems: &mut Problems) -> Option<MatcherSettings> {
    let usual = MatcherSettings::default();
    let mut share = |at: &Option<_>, key, usual| match at {
        Some(at) => number(at, key, 0.0..=1.0, problems),
        None => Some(usual),
    };
    let sure_at = share(&raw.sure_at, "sure_at", usual.sure_at);
    let unsure_at = share(&raw.unsure_at, "unsure_at", usual.unsure_at);
    let clarify_margin = share(&raw.clarify_margin, "clarify_margin", usual.clarify_margin);
    let shown = |share: Option<f32>| share.map(|share| share.to_string()).unwrap_or_default();
    value::in_order(
        ("unsure_at", unsure_at, shown(unsure_at)),
        ("sure_at", sure_at, shown(sure_at)),
        &raw.place,
        problems,
    );
    let choices_max = match &raw.choices_max {
        Some(choices) => number(choices, "choices_max", 2..=5, problems).map(|most| most as usize),
        None => Some(usual.choices_max),
    };
    Some(MatcherSettings {
        sure_at: sure_at?,
        unsure_at: unsure_at?,
        clarify_margin: clarify_margin?,
        choices_max: choices_max?,
        word_vectors: raw.word_vectors.unwrap_or(usual.word_vectors),
        ..usual
    })
}

fn check_ladder(raw: &Ladder, problems: &mut Problems) -> Option<LadderRules> {
    let misses = raw
        .misses_until_human
        .as_ref()
        .and_then(|misses| number(misses, "misses_until_human", 1..=5, problems));
    let quiet = raw
        .burst_quiet
        .as_ref()
        .and_then(|quiet| duration(quiet, "burst_quiet", "0s"..="10s", problems));
    let tokens = raw
        .fragment_tokens_max
        .as_ref()
        .and_then(|tokens| number(tokens, "fragment_tokens_max", 0..=20, problems));
    let short = match &raw.short_tokens_max {
        Some(tokens) => number(tokens, "short_tokens_max", 0..=20, problems),
        None => Some(SHORT_TOKENS_MAX),
    };
    let clarify_at = match &raw.clarify_at {
        Some(score) => number(score, "clarify_at", 0.0..=1.0, problems),
        None => Some(CLARIFY_AT),
    };
    Some(LadderRules {
        misses_until_human: misses?,
        burst_quiet: quiet?,
        fragment_tokens_max: tokens? as usize,
        short_tokens_max: short? as usize,
        clarify_at: clarify_at?,
    })
}

fn check_ends(raw: &Ends, problems: &mut Problems) -> Option<EndRules> {
    let mut span = |text: &Option<_>, key, limits| {
        text.as_ref().and_then(|text| duration(text, key, limits, problems))
    };
    let idle_close = span(&raw.idle_close, "idle_close", "1m"..="7d");
    let remind_after = span(&raw.remind_after, "remind_after", "10s"..="7d");
    let close_after = span(&raw.close_after, "close_after", "10s"..="7d");
    let hold = span(&raw.hold, "hold", "0s"..="1d");
    let reopen_window = span(&raw.reopen_window, "reopen_window", "1m"..="90d");
    let queue_wait_max = span(&raw.queue_wait_max, "queue_wait_max", "1m"..="7d");
    let reminders_max =
        raw.reminders_max.as_ref().and_then(|most| number(most, "reminders_max", 0..=5, problems));
    Some(EndRules {
        idle_close: idle_close?,
        remind_after: remind_after?,
        reminders_max: reminders_max?,
        close_after: close_after?,
        hold: hold?,
        reopen_window: reopen_window?,
        queue_wait_max: queue_wait_max?,
    })
}

fn check_facts(raw: &[Text], problems: &mut Problems) -> Option<BTreeSet<String>> {
    let checked: Vec<Option<String>> = raw
        .iter()
        .map(|name| {
            if is_name(&name.value) {
                return Some(name.value.clone());
            }
            let reason = "a fact has 1 to 32 of a-z, 0-9 and _ in its name";
            let problem = Problem::new(Code::BadId, &name.place).with("value", &name.value);
            problems.add(problem.with("reason", reason));
            None
        })
        .collect();
    checked.into_iter().collect()
}

fn check_satisfaction(raw: &Satisfaction, problems: &mut Problems) -> Option<SatisfactionRules> {
    let mut share = |at: &Option<At<f32>>, key, most: f32| match at {
        Some(at) => number(at, key, 0.0..=most, problems),
        None => Some(0.0),
    };
    let csat_share = share(&raw.csat_share, "csat_share", 1.0);
    // Nobody is asked twice: what one question takes the other cannot have.
    let rest = 1.0 - csat_share.unwrap_or(0.0);
    let ces_share = share(&raw.ces_share, "ces_share", rest);
    let rest = rest - ces_share.unwrap_or(0.0);
    let nps_share = share(&raw.nps_share, "nps_share", rest);
    let nps_every = match &raw.nps_every {
        Some(text) => duration(text, "nps_every", "1d"..="3650d", problems),
        None => Some(NPS_EVERY),
    };
    let window = match &raw.false_closure_window {
        Some(text) => duration(text, "false_closure_window", "1m"..="90d", problems),
        None => Some(FALSE_CLOSURE_WINDOW),
    };
    Some(SatisfactionRules {
        answer_buttons: raw.answer_buttons.as_ref().is_some_and(|at| at.value),
        csat_share: csat_share?,
        ces_share: ces_share?,
        nps_share: nps_share?,
        nps_every: nps_every?,
        false_closure_window: window?,
    })
}

fn check_contacts(
    raw: &Contacts,
    problems: &mut Problems,
) -> Option<BTreeMap<EmergencyKind, PerLanguage<String>>> {
    let mut kind = |kind: EmergencyKind, contact: &Option<Contact>| {
        let checked = check_contact(kind, contact.as_ref(), &raw.place, problems)?;
        Some((kind, checked))
    };
    let life = kind(EmergencyKind::Life, &raw.life);
    let money = kind(EmergencyKind::Money, &raw.money);
    let property = kind(EmergencyKind::Property, &raw.property);
    Some(BTreeMap::from([life?, money?, property?]))
}

fn check_contact(
    kind: EmergencyKind,
    raw: Option<&Contact>,
    place: &Place,
    problems: &mut Problems,
) -> Option<PerLanguage<String>> {
    let place = raw.map_or(place, |contact| &contact.place);
    let said = |text: Option<&crate::config::raw::Text>| {
        text.map(|text| text.value.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let ar = said(raw.and_then(|contact| contact.ar.as_ref()));
    let en = said(raw.and_then(|contact| contact.en.as_ref()));
    let numbers = raw.and_then(|contact| contact.numbers.as_deref()).unwrap_or_default();
    // Money and property may be sent to a page or a bank; for life there is a number to call.
    let nobody = kind == EmergencyKind::Life && numbers.is_empty();
    if ar.is_none() || en.is_none() || nobody {
        problems.add(Problem::new(Code::NoEmergencyContacts, place).with("kind", kind.name()));
        return None;
    }
    for number in numbers {
        for (language, text) in [("ar", &ar), ("en", &en)] {
            let says =
                text.as_ref().is_some_and(|text| digits(text).contains(&digits(&number.value)));
            if !says {
                let problem = Problem::new(Code::ContactNotSaid, &number.place);
                problems.add(problem.with("number", &number.value).with("language", language));
            }
        }
    }
    Some(PerLanguage { ar: ar?, en: en? })
}

/// The text with Arabic digits as ASCII ones: «٩١١» says 911.
fn digits(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{0660}'..='\u{0669}' => (b'0' + (letter as u32 - 0x0660) as u8) as char,
            other => other,
        })
        .collect()
}
