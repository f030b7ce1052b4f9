//! `service.yaml`: where Sanad listens, where it keeps its data, and its limits.

use super::{Text, raw};

raw! {
    /// The operators' file. Every key may be left out; flags and environment win over it.
    pub struct Service {
        /// Address and port.
        optional listen: Text,
        /// The folder of the store and the keys.
        optional data: Text,
        /// `embedded`, `memory` or the URL of a Redis.
        optional store: Text,
        /// `last_good` or `refuse`.
        optional on_bad_config: Text,
        /// For so long a stop only says that it comes.
        optional drain_notice: Text,
        /// The hard limit of a graceful stop, after the notice.
        optional drain: Text,
        /// How the host site says who its customers are.
        optional identity: Identity,
        /// What is refused when there is too much of it.
        optional limits: Limits,
        /// Which ended conversations leave the store, and where to.
        optional retention: Retention,
    }

    /// Which ended conversations leave the store, and where to.
    pub struct Retention {
        /// So long after their end.
        required after: Text,
        /// The folder they go to.
        optional archive: Text,
        /// Or that they are deleted for good.
        optional delete: super::At<bool>,
    }

    /// How the host site says who its customers are.
    pub struct Identity {
        /// Whom its tokens must be for.
        optional audience: Text,
        /// The longest they may be good.
        optional life_max: Text,
    }

    /// What is refused when there is too much of it.
    pub struct Limits {
        /// Characters of one message.
        optional utterance_chars_max: super::At<u32>,
        /// Open streams of one principal.
        optional streams_per_principal_max: super::At<u32>,
        /// Calls a second from one address.
        optional requests_per_second_per_address: super::At<u32>,
        /// Calls at once from one address.
        optional request_burst: super::At<u32>,
        /// Calls a second of one customer, agent, platform, supervisor or admin.
        optional requests_per_second_per_principal: super::At<u32>,
        /// Calls at once of one of them.
        optional principal_burst: super::At<u32>,
        /// Open connections in all.
        optional connections_max: super::At<u32>,
        /// Calls and streams in progress on one connection.
        optional calls_per_connection_max: super::At<u32>,
        /// Bytes of one call.
        optional message_bytes_max: super::At<u32>,
        /// Bytes of a conversation's metadata.
        optional metadata_bytes_max: super::At<u32>,
        /// Megabytes of the disk that the embedded store never uses.
        optional disk_reserve_mb: super::At<u32>,
        /// Conversations that wait in one pool.
        optional waiting_max: super::At<u32>,
    }
}
