//! `bot.yaml`: the bot's name, how sure it must be, when it gives way to people, when it ends.

use super::{At, Languages, Text, raw};

raw! {
    /// The bot's file.
    pub struct Bot {
        /// Its name.
        required name: Languages<Text>,
        /// What Arabic in Latin letters is answered in.
        optional arabizi: Text,
        /// How sure it must be.
        optional matcher: Matcher,
        /// When it gives way to people.
        required ladder: Ladder,
        /// When conversations end.
        required ends: Ends,
        /// What a customer in danger is told to do.
        required emergency_contacts: Contacts,
        /// Whom it asks how it went.
        optional satisfaction: Satisfaction,
        /// What the host site tells of its customers.
        optional facts: Vec<Text>,
        /// What messages may carry beside words.
        optional parts: Parts,
        /// Whose reading is kept and shown to the other side.
        optional read_marks: Text,
    }

    /// What messages may carry beside words.
    pub struct Parts {
        /// The most in one message.
        optional count_max: At<u32>,
        /// The hosts that links may lead to.
        optional links: Vec<Text>,
        /// Whether places may be sent.
        optional locations: At<bool>,
        /// Which references to files are taken.
        optional attachments: Attachments,
    }

    /// Which references to files are taken.
    pub struct Attachments {
        /// The hosts they may lie on.
        required hosts: Vec<Text>,
        /// What they may be.
        required media_types: Vec<Text>,
        /// How large they may be, in megabytes.
        optional size_mb_max: At<u32>,
    }

    /// Whom the bot asks how it went.
    pub struct Satisfaction {
        /// Whether answers carry buttons to rate them.
        optional answer_buttons: At<bool>,
        /// The share of ended conversations asked how satisfied they are.
        optional csat_share: At<f32>,
        /// The share asked how easy it was.
        optional ces_share: At<f32>,
        /// The share asked for a recommendation.
        optional nps_share: At<f32>,
        /// But nobody more often than this.
        optional nps_every: Text,
        /// Who comes back with the same matter within this time was not helped.
        optional false_closure_window: Text,
    }

    /// How sure the bot must be; what is left out, the matcher finds by itself.
    pub struct Matcher {
        /// From this score on it answers.
        optional sure_at: At<f32>,
        /// From this score on it asks.
        optional unsure_at: At<f32>,
        /// Two topics nearer than this are both offered.
        optional clarify_margin: At<f32>,
        /// Topics offered at once.
        optional choices_max: At<u32>,
        /// Whether English words are also known by what they mean.
        optional word_vectors: bool,
    }

    /// When the bot gives way to people.
    pub struct Ladder {
        /// Misses in a row.
        required misses_until_human: At<u32>,
        /// Lines within this time are one thought.
        required burst_quiet: Text,
        /// A line of so few words may be a fragment of one.
        required fragment_tokens_max: At<u32>,
        /// A line of so few words waits even if a topic fits.
        optional short_tokens_max: At<u32>,
        /// From this score on a topic is offered in "which is meant?".
        optional clarify_at: At<f32>,
    }

    /// When conversations end.
    pub struct Ends {
        /// Nothing said for so long.
        required idle_close: Text,
        /// A proposal unanswered for so long is reminded of.
        required remind_after: Text,
        /// So often.
        required reminders_max: At<u32>,
        /// And closed after this.
        required close_after: Text,
        /// How long an agent's seat is held meanwhile.
        required hold: Text,
        /// How long it can be reopened.
        required reopen_window: Text,
        /// The longest anybody is asked to wait for a person.
        required queue_wait_max: Text,
    }

    /// What a customer in danger is told to do.
    pub struct Contacts {
        /// Life or health.
        optional life: Contact,
        /// Money.
        optional money: Contact,
        /// Property.
        optional property: Contact,
    }

    /// Whom to call.
    pub struct Contact {
        /// In Arabic.
        optional ar: Text,
        /// In English.
        optional en: Text,
        /// The numbers; both texts must say each of them.
        optional numbers: Vec<Text>,
    }
}
