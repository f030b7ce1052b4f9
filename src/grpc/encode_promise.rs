//! Promises and what a waiting customer may choose, as they are said on the wire.

use super::encode::{agent, choice, name_of, text, timestamp};
use super::pb;
use super::pb::event::Body;
use crate::app::App;
use crate::domain::conversation::event::Choice;
use crate::domain::conversation::promise::{Fate, Promise, PromiseKind, PromiseOwner};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;

/// A promise.
pub fn promise(app: &App, promise: &Promise) -> pb::Promise {
    let (queue_id, by) = match &promise.owner {
        PromiseOwner::Queue { queue } => (queue.to_string(), None),
        PromiseOwner::Agent { agent: id } => (String::new(), Some(agent(id, name_of(app, id)))),
    };
    pb::Promise {
        number: promise.number,
        kind: kind(promise.kind).into(),
        queue_id,
        agent: by,
        what: promise.what.clone(),
        made_at: Some(timestamp(promise.made_at)),
        returns_at: Some(timestamp(promise.returns_at)),
        due: Some(timestamp(promise.due)),
        late: promise.late,
    }
}

fn kind(kind: PromiseKind) -> pb::PromiseKind {
    match kind {
        PromiseKind::Callback => pb::PromiseKind::Callback,
        PromiseKind::Answer => pb::PromiseKind::Answer,
        PromiseKind::FollowUp => pb::PromiseKind::FollowUp,
        PromiseKind::Wait => pb::PromiseKind::Wait,
    }
}

/// What a waiting customer may choose.
pub fn options(words: &str, language: Language, options: &[Choice]) -> Body {
    Body::WaitOptionsOffered(pb::WaitOptionsOffered {
        text: Some(text(words, language)),
        choices: options.iter().map(|offered| choice(offered, language)).collect(),
    })
}

/// The other language was agreed to.
pub fn agreed(language: Language) -> Body {
    Body::OtherLanguageAgreed(pb::OtherLanguageAgreed { language: language.tag().to_owned() })
}

/// Something was promised.
pub fn made(app: &App, open: &Promise) -> Body {
    Body::PromiseMade(pb::PromiseMade { promise: Some(promise(app, open)) })
}

/// It will be late.
pub fn late(number: u32, due: Timestamp) -> Body {
    Body::PromiseLate(pb::PromiseLate { number, due: Some(timestamp(due)) })
}

/// It is over.
pub fn ended(number: u32, fate: Fate) -> Body {
    let fate = match fate {
        Fate::Kept => pb::PromiseFate::Kept,
        Fate::KeptLate => pb::PromiseFate::KeptLate,
        Fate::Broken => pb::PromiseFate::Broken,
        Fate::Withdrawn => pb::PromiseFate::Withdrawn,
    };
    Body::PromiseEnded(pb::PromiseEnded { number, fate: fate.into() })
}
