//! One reading of what a customer said: computed once, outside any transaction, then handed in.

use super::bot::beside;
use super::bot::matcher::{Basis, Grounds, Match, Verdict};
use super::bot::refused;
use super::detectors::{self, Assessment, Refusal, SignalKind, Utterance, Window};
use super::ids::EntryId;
use super::language::social::{self, SocialAct};
use super::language::{self, Normalised, Span, Variety};
use super::rules::Rules;
use super::time::Timestamp;

/// What was understood of one utterance or one joined burst.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What it is written in.
    pub variety: Variety,
    /// Whether it is only a greeting, thanks and the like.
    pub social: Option<SocialAct>,
    /// Whether it is a plain "yes".
    pub affirms: bool,
    /// Whether it is a plain "no" or "that did not help"; a "no thanks" is not.
    pub denies: bool,
    /// Whether it is a "no thanks": nothing more is wanted.
    pub declines: bool,
    /// The place of the choice that it takes, if that is all it says.
    pub picks: Option<usize>,
    /// Whether it is a change of mind and nothing else.
    pub changes_mind: bool,
    /// Whether it only says that something else is coming.
    pub has_more: bool,
    /// Whether it says that what was ended is not settled, beside whatever else it says.
    pub unsettled: bool,
    /// Whether it says that, or that nothing has helped: more than a bare no.
    pub unhelped: bool,
    /// Whether it says what the customer needs: more than a greeting, a yes or no, the bare wish
    /// for a person or bare anger.
    pub states_need: bool,
    /// The entry it asks for, if one was found.
    pub matched: Match,
    /// The entry that it resembles and says that it is not wanted, if nothing else is.
    pub refused: Option<EntryId>,
    /// What the detectors noticed.
    pub assessment: Assessment,
    /// Its normalised text, in which slots are sought.
    pub normalised: String,
    /// How many words it has.
    pub tokens: usize,
    /// How many words its last line has.
    pub tail_tokens: usize,
    /// Whether it ends like a finished sentence.
    pub finished: bool,
}

/// What a message was found to ask for, and the part of it that decided; `None` if that is the whole.
fn hear(
    rules: &Rules,
    message: (&str, &Normalised, Variety),
    refusals: &[Refusal],
) -> (refused::Heard, Option<Span>) {
    let (_, normalised, variety) = message;
    let (entries, matcher) = (&rules.bot.entries, &rules.matcher);
    let found = matcher.find(normalised, variety);
    let (found, part) = beside::for_people(entries, matcher, message, found);
    (refused::heard(entries, matcher, message, found, refusals), part)
}

/// Why the matcher's best candidate and the one behind it were proposed. Worked out anew from the text
/// that was read, for whoever asks.
pub fn grounds(rules: &Rules, text: &str, reading: &Reading) -> Vec<Grounds> {
    let (whole, variety) = (language::normalise(text), reading.variety);
    let (heard, part) = hear(rules, (text, &whole, variety), &reading.assessment.refusals);
    let (said, before) = match (&heard.rest, part) {
        // Blanks stand for what is refused: every other word is where it was.
        (Some(rest), _) => (rest.as_str(), 0),
        (None, Some(part)) => (part.of(text), part.start),
        (None, None) => (text, 0),
    };
    let candidates = &reading.matched.candidates;
    let mut grounds = rules.matcher.grounds(&language::normalise(said), variety, candidates);
    let clues = grounds.iter_mut().flat_map(|grounds| &mut grounds.clues);
    for span in clues.flat_map(|ground| &mut ground.spans) {
        span.start += before;
        span.end += before;
    }
    grounds
}

/// Reads what a customer said in the light of what was said before.
pub fn read(rules: &Rules, text: &str, window: &Window, at: Timestamp) -> Reading {
    let normalised = language::normalise(text);
    let variety = language::variety_of(&normalised);
    let social = social::social_act(&normalised, text);
    let utterance = Utterance { text, normalised: &normalised, variety, social, at };
    let assessment = detectors::assess(&rules.detectors, &utterance, window);
    let declines = social::decline(&normalised);
    let affirms = social::affirm(&normalised);
    let denies = !declines && social::deny(&normalised);
    let (heard, _) = hear(rules, (text, &normalised, variety), &assessment.refusals);
    let refused::Heard { matched, refused, .. } = heard;
    let is_bare = social.is_some() || declines || affirms || denies || !has_letters(&normalised);
    Reading {
        variety,
        social,
        affirms,
        denies,
        declines,
        picks: social::pick(&normalised),
        changes_mind: social::changes_mind(&normalised),
        has_more: social::has_more(&normalised),
        unsettled: social::says_unsettled(&normalised),
        unhelped: social::says_unhelped(&normalised),
        states_need: !is_bare
            && !is_no_need(rules, &matched)
            && (is_known(&matched, &assessment)
                || assessment.withdrawal.is_none() && says_more(rules, text, &assessment, variety)),
        matched,
        refused,
        assessment,
        tokens: normalised.tokens.len(),
        tail_tokens: match text.trim_end().rsplit_once('\n') {
            Some((_, tail)) => language::normalise(tail).tokens.len(),
            None => normalised.tokens.len(),
        },
        // Judged in the comparable form: a mark of direction after «؟» is not seen by anybody.
        finished: normalised.text.ends_with(['.', '!', '?']),
        normalised: normalised.text.clone(),
    }
}

/// What is left beside "I want a person" must fit a topic so well; "I would like to" fits many a bit.
const REST_SCORE_MIN: f32 = 0.4;
/// What is left beside anger: "where the hell is my parcel" after "this is the third time" is a need.
const REST_OF_ANGER_MIN: f32 = 0.08;
/// Fewer words beside anger say nothing more.
const REST_OF_ANGER_WORDS_MIN: usize = 3;

/// Whether a topic was found beyond doubt; where a person is called for or we are scolded, only in the
/// words of an example.
fn is_known(matched: &Match, assessment: &Assessment) -> bool {
    let about_us = [SignalKind::HumanRequest, SignalKind::Frustration, SignalKind::Abuse];
    let calls = assessment.signals.iter().any(|signal| about_us.contains(&signal.kind));
    match (&matched.verdict, matched.basis) {
        (Verdict::Sure(_), Basis::Exact | Basis::Pattern) => true,
        (Verdict::Sure(_), Basis::Examples | Basis::OtherLanguage | Basis::None) => !calls,
        (Verdict::Unsure(_) | Verdict::Unknown, _) => false,
    }
}

/// Whether what it surely asks for is nothing that a person would have to see to.
fn is_no_need(rules: &Rules, matched: &Match) -> bool {
    match &matched.verdict {
        Verdict::Sure(id) => rules.bot.entries.get(id).is_some_and(|entry| !entry.is_need),
        Verdict::Unsure(_) | Verdict::Unknown => false,
    }
}

/// A bare number is a detail, not a need.
fn has_letters(normalised: &Normalised) -> bool {
    normalised.text.chars().any(char::is_alphabetic)
}

/// Whether something that we know is left when the words that call for a person or show anger are
/// taken away. What shows nothing of the kind is taken for a need as it stands.
fn says_more(rules: &Rules, text: &str, assessment: &Assessment, variety: Variety) -> bool {
    let mut spans: Vec<_> = assessment
        .signals
        .iter()
        .filter(|signal| is_about_us(signal.kind))
        .flat_map(|signal| signal.evidence.iter().map(|evidence| evidence.span))
        .collect();
    if spans.is_empty() {
        return !assessment.signals.iter().any(|signal| is_about_us(signal.kind));
    }
    spans.sort_by_key(|span| span.start);
    let (mut rest, mut from) = (String::new(), 0);
    for span in spans {
        rest.push_str(text.get(from..span.start as usize).unwrap_or_default());
        rest.push(' ');
        from = from.max(span.end as usize);
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    let rest = language::normalise(&rest);
    let found = rules.matcher.find(&rest, variety);
    let wants = assessment.signals.iter().any(|it| it.kind == SignalKind::HumanRequest);
    let least = match wants || rest.tokens.len() < REST_OF_ANGER_WORDS_MIN {
        true => REST_SCORE_MIN,
        false => REST_OF_ANGER_MIN,
    };
    match found.verdict {
        Verdict::Sure(_) => true,
        Verdict::Unsure(_) => {
            let best = found.candidates.first().map_or(0.0, |best| best.score);
            best >= least
        }
        Verdict::Unknown => false,
    }
}

/// Whether such words are about how we treat the customer, and not about their matter.
fn is_about_us(kind: SignalKind) -> bool {
    match kind {
        SignalKind::HumanRequest
        | SignalKind::Frustration
        | SignalKind::Confusion
        | SignalKind::Repetition
        | SignalKind::Abuse => true,
        SignalKind::Emergency => false,
    }
}
