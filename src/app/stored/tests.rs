//! Rows as stores hold them, kept as they were written. A store outlives the build that wrote it, and
//! while a deployment is brought up to date two builds work on one store: so today's code reads every
//! row that was ever written, and what it writes is read by the build before it.
//!
//! `rows.jsonl` holds rows of today's form, at least one of each sort; a change of that form shows as a
//! change of their bytes. `earlier.jsonl` holds rows of earlier forms, each with what is read from it
//! today. After a change of the form that is meant,
//! `SANAD_REWRITE_TABLES=1 cargo test --lib stored_form` writes both anew: a row whose form changed goes
//! on in `earlier.jsonl`. A row that cannot be read any more is never written over: the code is wrong.
//! A new sort of row, or a new event, gets a line written by hand.

use super::{MatcherFence, Owed, RequestRecord};
use crate::app::conversations::{Marked, Written};
use crate::app::customers::CustomerRecord;
use crate::app::keys::{self, Due};
use crate::app::pace;
use crate::app::requests::Remembered;
use crate::domain::bot::outcome::Outcome;
use crate::domain::conversation::block::BlockEnd;
use crate::domain::conversation::event::{Alert, Event, LeaveReason, LoggedEvent};
use crate::domain::conversation::promise::{Fate, PromiseKind};
use crate::domain::conversation::satisfaction::{Measure, Part};
use crate::domain::conversation::seen::ReadMarks;
use crate::domain::conversation::state::{CloseReason, Conversation, Silence, State};
use crate::domain::detectors::{EmergencyKind, Hazard, SignalKind, Speaker, Withdrawal};
use crate::domain::directives::{Directives, What};
use crate::domain::handoff::{HandoffReason, Priority};
use crate::domain::ids::{AgentId, ConversationId, CustomerId, RequestId};
use crate::domain::language::{Language, Variety};
use crate::domain::pool::agent::Agent;
use crate::domain::pool::command::{InboxEvent, OfferEnd, UnassignReason};
use crate::domain::pool::item::Place;
use crate::domain::routing::alerts::{AlertKind, Raised};
use crate::domain::routing::eta::EtaUnknown;
use crate::domain::tests::document::{check, kinds};
use crate::domain::time::Timestamp;
use crate::ports::archive::Archived;
use crate::ports::store::{Kind, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};

const ROWS: &str = "rows.jsonl";
const EARLIER: &str = "earlier.jsonl";

/// A row of today's form.
#[derive(Serialize, Deserialize)]
struct Kept {
    of: Sort,
    row: Box<RawValue>,
}

/// A row of an earlier form, and the same as it is written today.
#[derive(Serialize, Deserialize)]
struct Earlier {
    of: Sort,
    row: Box<RawValue>,
    today: Box<RawValue>,
}

/// What sort of thing a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    Conversation,
    Event,
    Request,
    Outbox,
    Item,
    Agent,
    Inbox,
    Asked,
    Fence,
    Alerts,
    Customer,
    Directives,
    ReadMarks,
    /// A member of the due index.
    Due,
    /// A member of the index of what was noted of the pool's pace.
    Pace,
    /// A line of the archive.
    Archived,
}

impl Sort {
    /// Reads a row as the application does, and writes what was read.
    fn again(self, row: &str) -> Result<String, String> {
        match self {
            Sort::Conversation => again::<Conversation>(row),
            Sort::Event => event_again(row),
            Sort::Request => again::<RequestRecord>(row),
            Sort::Outbox => again::<Owed>(row),
            Sort::Item => again::<Place>(row),
            Sort::Agent => again::<Agent>(row),
            Sort::Inbox => again::<InboxEvent>(row),
            Sort::Asked => again::<Remembered>(row),
            Sort::Fence => again::<MatcherFence>(row),
            Sort::Alerts => again::<Vec<Raised>>(row),
            Sort::Customer => again::<CustomerRecord>(row),
            Sort::Directives => again::<Directives>(row),
            Sort::ReadMarks => again::<ReadMarks>(row),
            Sort::Due => member_again(row, |member| Some(Due::parse(member)?.member())),
            Sort::Pace => member_again(row, pace::again),
            Sort::Archived => {
                let read: Archived = read(row)?;
                Ok(written(&read))
            }
        }
    }
}

/// Which sort an entity of a kind is; `None` for the notes of `cli`, which keeps theirs itself.
fn sort_of(kind: Kind) -> Option<Sort> {
    Some(match kind {
        Kind::Conversation => Sort::Conversation,
        Kind::Request => Sort::Request,
        Kind::Outbox => Sort::Outbox,
        Kind::Item => Sort::Item,
        Kind::Agent => Sort::Agent,
        Kind::Fence => Sort::Fence,
        Kind::Alerts => Sort::Alerts,
        Kind::Customer => Sort::Customer,
        Kind::Directives => Sort::Directives,
        Kind::ReadMarks => Sort::ReadMarks,
        Kind::Deployment => return None,
    })
}

fn read<T: DeserializeOwned>(row: &str) -> Result<T, String> {
    decode("a kept row", row.as_bytes()).map_err(|error| error.to_string())
}

fn written(value: &impl Serialize) -> String {
    String::from_utf8(encode(value).into()).unwrap()
}

fn again<T: Serialize + DeserializeOwned + PartialEq + Debug>(row: &str) -> Result<String, String> {
    let value: T = read(row)?;
    let again = written(&value);
    assert_eq!(read::<T>(&again).as_ref(), Ok(&value), "what is written is read as it was");
    Ok(again)
}

/// An event lies beside the name of the request that made it.
fn event_again(row: &str) -> Result<String, String> {
    let LoggedEvent { at, event } = read(row)?;
    let Marked { request } = read(row)?;
    Ok(written(&Written { at: &at, event: &event, request: request.as_deref() }))
}

fn member_again(row: &str, again: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let member: String = read(row)?;
    again(&member).map(|again| written(&again)).ok_or(format!("{member:?} is not one of ours"))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/stored").join(name)
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = std::fs::read_to_string(file(name)).unwrap();
    let parsed = |(at, line)| match serde_json::from_str(line) {
        Ok(read) => read,
        Err(error) => panic!("{name}:{}: {error}", at + 1),
    };
    text.lines().enumerate().map(parsed).collect()
}

fn write(name: &str, lines: &[impl Serialize]) {
    let lines = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n");
    std::fs::write(file(name), lines.collect::<String>()).unwrap();
}

/// What today's code makes of a row. There is no way around a row that cannot be read.
fn today(of: Sort, row: &RawValue) -> Box<RawValue> {
    let again = of.again(row.get()).unwrap_or_else(|error| {
        panic!("a store of an earlier build holds this row, and it cannot be read: {row}\n{error}")
    });
    RawValue::from_string(again).unwrap()
}

/// Writes both files anew, each row in its form of today.
fn rewrite() {
    let mut earlier: Vec<Earlier> = lines(EARLIER);
    for Earlier { of, row, today: read } in &mut earlier {
        *read = today(*of, row);
    }
    let mut rows: Vec<Kept> = lines(ROWS);
    for Kept { of, row } in &mut rows {
        let today = today(*of, row);
        if today.get() != row.get() {
            let row = std::mem::replace(row, today.clone());
            earlier.push(Earlier { of: *of, row, today });
        }
    }
    write(ROWS, &rows);
    write(EARLIER, &earlier);
}

/// Reports all rows that are not written as they are kept.
fn compare<'a>(file: &str, rows: impl Iterator<Item = (Sort, &'a RawValue, &'a RawValue)>) {
    let mut changed = String::new();
    for (of, row, kept) in rows {
        let today = today(of, row);
        if today.get() != kept.get() {
            writeln!(changed, "{of:?}\n- {kept}\n+ {today}").unwrap();
        }
    }
    assert!(
        changed.is_empty(),
        "what stores hold has another form than {file} keeps. If that is meant: does the build before \
         this one read it? Then SANAD_REWRITE_TABLES=1 cargo test --lib stored_form\n{changed}"
    );
}

#[test]
fn the_stored_form_is_the_one_that_is_kept_and_earlier_forms_are_read_as_they_were() {
    if std::env::var_os("SANAD_REWRITE_TABLES").is_some() {
        return rewrite();
    }
    let rows: Vec<Kept> = lines(ROWS);
    compare(ROWS, rows.iter().map(|kept| (kept.of, &*kept.row, &*kept.row)));
    let earlier: Vec<Earlier> = lines(EARLIER);
    compare(EARLIER, earlier.iter().map(|kept| (kept.of, &*kept.row, &*kept.today)));
}

/// While a deployment is brought up to date, the build before reads what the new one writes. What a
/// new build adds is a field: it must be read over, here as it will be in the builds to come.
#[test]
fn a_row_of_a_later_stored_form_with_a_field_more_is_read() {
    fn added(value: &mut Value) {
        if let Value::Object(fields) = value {
            fields.insert("of_a_later_build".to_owned(), serde_json::json!({"is": ["new"]}));
        }
    }
    let mut all = 0;
    for Kept { of, row } in lines::<Kept>(ROWS) {
        let mut later: Value = serde_json::from_str(row.get()).unwrap();
        match (&mut later, of) {
            (Value::Array(members), _) => members.iter_mut().for_each(added),
            (Value::Object(fields), Sort::Event) => added(&mut fields["event"]),
            _ => {}
        }
        added(&mut later);
        let plain: Value = serde_json::from_str(row.get()).unwrap();
        all += usize::from(later != plain);
        assert_eq!(of.again(&later.to_string()).as_deref(), Ok(row.get()), "{later}");
    }
    assert!(all > 200, "only {all} rows have fields");
}

kinds! {
    /// What can happen in a conversation.
    EventKind of Event {
        Started, CustomerSaid, Understood, FragmentKept, BotSaid, SlotFilled, Notice, HandoffRequested,
        Queued, PositionTold, LongWaitTold, WaitOptionsOffered, OtherLanguageAgreed, PromiseMade,
        PromiseLate, PromiseEnded, HandoffCancelled, AgentJoined, Claimed, AgentLeft, TokenAdvanced,
        AgentSaid, Noted, AgentNudged, SupervisorAlerted, ResolutionProposed, ProposalDropped, HoldEnded,
        Reminded, ResolutionConfirmed, ResolutionDenied, Closed, Reopened, AnswerRated, SurveyAsked,
        ConversationRated, ClosedFalsely, Whispered, TakenOver, OnCallRung, OnCallFailed, OnCallReached,
        OnCallMissed, CustomerIdentified, FactsTold, Erased, CustomerBlocked, BlockReviewed, BlockEnded,
    }
}

kinds! {
    /// Where a conversation can stand.
    StateKind of State { Bot, Queued, Pending, Human, Confirming, Resolved, Closed, Blocked }
}

kinds! {
    /// What an inbox can say.
    InboxKind of InboxEvent { Offered, OfferEnded, Assigned, Unassigned, PresenceChanged, Superseded }
}

kinds! {
    /// What can be put in force at once.
    WhatKind of What { Banner, QueueClosed, EntryOff }
}

kinds! {
    /// What a place in a pool can be.
    PlaceKind of Place { Here, Gone }
}

kinds! {
    /// What can be due.
    DueKind of Due { Conversation, Outbox, Place, Agent }
}

/// Each of them is among those that were found in rows.
fn all_kept<K: PartialEq + Debug>(all: &[K], found: &[K]) {
    let missing: Vec<&K> = all.iter().filter(|one| !found.contains(one)).collect();
    assert!(missing.is_empty(), "{ROWS} has no row of {missing:?}: write one");
}

#[test]
fn every_sort_of_row_is_kept_in_its_stored_form() {
    let kinds = [
        Kind::Conversation,
        Kind::Request,
        Kind::Outbox,
        Kind::Item,
        Kind::Agent,
        Kind::Fence,
        Kind::Deployment,
        Kind::Alerts,
        Kind::Customer,
        Kind::Directives,
        Kind::ReadMarks,
    ];
    let entities = kinds.into_iter().filter_map(sort_of);
    let others = [Sort::Event, Sort::Inbox, Sort::Asked, Sort::Due, Sort::Pace, Sort::Archived];
    let kept: Vec<Kept> = lines(ROWS);
    let sorts: Vec<Sort> = kept.iter().map(|kept| kept.of).collect();
    all_kept(&entities.chain(others).collect::<Vec<_>>(), &sorts);
    fn of<T: DeserializeOwned>(kept: &[Kept], sort: Sort) -> Vec<T> {
        let of_sort = kept.iter().filter(|kept| kept.of == sort);
        of_sort.map(|kept| read(kept.row.get()).unwrap()).collect()
    }
    let events: Vec<LoggedEvent> = of(&kept, Sort::Event);
    let found: Vec<EventKind> = events.iter().map(|it| EventKind::of(&it.event)).collect();
    all_kept(EventKind::ALL, &found);
    let conversations: Vec<Conversation> = of(&kept, Sort::Conversation);
    let found: Vec<StateKind> = conversations.iter().map(|it| StateKind::of(&it.state)).collect();
    all_kept(StateKind::ALL, &found);
    let inbox: Vec<InboxEvent> = of(&kept, Sort::Inbox);
    all_kept(InboxKind::ALL, &inbox.iter().map(InboxKind::of).collect::<Vec<_>>());
    let places: Vec<Place> = of(&kept, Sort::Item);
    all_kept(PlaceKind::ALL, &places.iter().map(PlaceKind::of).collect::<Vec<_>>());
    let due: Vec<String> = of(&kept, Sort::Due);
    let due: Vec<Due> = due.iter().filter_map(|member| Due::parse(member)).collect();
    all_kept(DueKind::ALL, &due.iter().map(DueKind::of).collect::<Vec<_>>());
    let directives: Vec<Directives> = of(&kept, Sort::Directives);
    let whats = directives
        .iter()
        .flat_map(|it| it.in_force(Timestamp::ZERO))
        .map(|it| WhatKind::of(&it.what));
    all_kept(WhatKind::ALL, &whats.collect::<Vec<_>>());
}

/// Lines `Type: word, word …` of types whose values are one word each. It does not compile while one is
/// missing.
macro_rules! words {
    ($($of:ident { $($word:ident),* $(,)? })*) => {
        [$({
            let complete = |one: &$of| match one { $($of::$word => {})* };
            let words = [$($of::$word),*].map(|one| { complete(&one); spelled(&one) });
            format!("{}: {}\n", stringify!($of), words.join(", "))
        }),*].concat()
    };
}

/// How one is written, which is also how it is read.
fn spelled<T: Serialize + DeserializeOwned + PartialEq + Debug>(one: &T) -> String {
    let word = written(one);
    assert_eq!(read::<T>(&word).as_ref(), Ok(one), "{word}");
    word.trim_matches('"').to_owned()
}

/// Words and names that stand in rows and in keys. None may change: what is stored under the old one
/// is not found, or not read, under the new one.
#[test]
fn names_and_words_in_the_stored_form_are_the_ones_that_are_kept() {
    let conversation = ConversationId::parse("c1").unwrap();
    let (agent, customer) = (AgentId::parse("sara").unwrap(), CustomerId::parse("mona").unwrap());
    let request = RequestId::parse("r1").unwrap();
    let entities = [
        keys::conversation(&conversation),
        keys::request(&conversation, "mona", &request),
        keys::outbox(&conversation),
        keys::read_marks(&conversation),
        keys::place(&conversation),
        keys::customer(&customer),
        keys::agent(&agent),
        keys::fence(),
        keys::alerts(),
        keys::directives(),
    ];
    let names = entities.map(|key| key.to_string()).join("\n");
    let logs = [keys::log(&conversation), keys::inbox(&agent)].map(|log| log.0).join("\n");
    let spread = [1, 2, 16, 1024].map(|buckets| {
        let of = keys::bucket_of(&conversation, buckets);
        format!("c1 of {buckets}: {of}; mona: {}", keys::bucket_of_customer(&customer, buckets))
    });
    let spread = spread.join("\n");
    let requests = keys::requests_score(&conversation);
    let words = words! {
        LeaveReason {
            Lost, Released, Silent, DeniedTwice, Requeued, Ended, Transferred, ToBot, Promised,
            TakenOver, Blocked,
        }
        HandoffReason {
            HumanRequest, Frustration, Confusion, NotUnderstood, Repetition, Abuse, EmergencyLife,
            EmergencyMoney, EmergencyProperty, DeniedTwice, HumanFirst, Reopened, BotFailed,
        }
        CloseReason { Timeout, Left, Abandoned, Erased }
        Silence { None, Nudged, Escalated }
        PromiseKind { Callback, Answer, FollowUp, Wait }
        Fate { Kept, KeptLate, Broken, Withdrawn }
        Measure { Csat, Ces, Nps }
        Part { Bot, Human }
        OfferEnd { Declined, Expired, Rescinded }
        UnassignReason { Ended, Requeued, Lost, TakenOver }
        Priority { Low, Normal, High, Emergency }
        BlockEnd { Served, Lifted, Lapsed, Danger, Overtaken }
        Outcome {
            Greeting, Social, Answer, Clarify, AskSlot, NotKnown, Handoff, Emergency, SayAgain,
        }
        SignalKind { HumanRequest, Frustration, Confusion, Repetition, Emergency, Abuse }
        EmergencyKind { Life, Money, Property }
        Hazard { SelfHarm, Swallowed, Gas, Fire }
        Withdrawal { Clear, Perhaps }
        Speaker { Customer, Bot, Agent }
        EtaUnknown { NotWaiting, NobodyThere, ClosesBefore, FewSamples, TooFar }
        Language { Ar, En }
        Variety { Arabic, English, Arabizi, Mixed, Unknown }
        AlertKind {
            EmergencyWaiting, NobodyThere, LongestWait, QueueLength, BrokenPromises, AgentSilent,
            AbuseReported, NobodyReached, BlockAwaitsReview, BlockLapsed,
        }
    };
    let alert = written(&Alert::Emergency(HandoffReason::EmergencyLife));
    check(
        "src/app/stored/words.md",
        &format!(
            "# Names and words in the stored form\n\n## Entities\n{names}\n\n## Logs\n{logs}\n\n## \
             Buckets\n{spread}\n\n## Scores\nrequests of c1: {requests}\n\n## Words\n{words}Alert, in \
             danger: {alert}\n"
        ),
    );
}
