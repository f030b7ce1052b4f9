//! The trail of what staff changed: one line a change, with who, what and where, never a text.

use super::auth::Principal;

/// Writes down that somebody changed something. `on` is an id.
pub fn changed(who: &Principal, call: &'static str, on: &str) {
    let (role, subject) = named(who);
    tracing::info!(
        audit.role = role,
        audit.subject = subject,
        audit.call = call,
        audit.on = on,
        "staff changed something"
    );
}

/// Writes down that somebody looked into a conversation as it goes on.
pub fn looked(who: &Principal, call: &'static str, on: &str) {
    let (role, subject) = named(who);
    tracing::info!(
        audit.role = role,
        audit.subject = subject,
        audit.call = call,
        audit.on = on,
        "staff looked into a conversation"
    );
}

/// The role and the subject of a caller.
pub fn named(who: &Principal) -> (&'static str, &str) {
    match who {
        Principal::Staff(staff) => (staff.role.name(), &staff.subject),
        Principal::Customer(claim) => ("customer", claim.conversation.as_str()),
        Principal::Anonymous => ("anonymous", ""),
    }
}
