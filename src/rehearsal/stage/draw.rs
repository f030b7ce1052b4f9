//! The draw after an end, as a script wants it to fall.

use super::name;
use crate::app::error::{AppError, AppResult};
use crate::domain::conversation::satisfaction::{Measure, draw};
use crate::domain::ids::ConversationId;
use crate::domain::rules::Rules;

/// Ids tried until one is drawn as a script wants it.
const DRAWS_MAX: u32 = 10_000;

/// An id with which the draw after an end says what the script wants.
pub(super) fn id(rules: &Rules, wanted: Option<Measure>, begun: u32) -> AppResult<ConversationId> {
    let shares = &rules.bot.satisfaction;
    let (csat, ces) = (shares.csat_share, shares.csat_share + shares.ces_share);
    let nps = ces + shares.nps_share;
    for number in 0..DRAWS_MAX {
        let id = name(&format!("rehearsal{begun}-{number}"), ConversationId::parse)?;
        let fits = match (draw(&id, 1), wanted) {
            (drawn, Some(Measure::Csat)) => drawn < csat,
            (drawn, Some(Measure::Ces)) => drawn >= csat && drawn < ces,
            (drawn, Some(Measure::Nps)) => drawn >= ces && drawn < nps,
            (drawn, None) => drawn >= nps,
        };
        if fits {
            return Ok(id);
        }
    }
    match wanted {
        // Everybody is asked by these rules; then the script's customer is, too.
        None => name(&format!("rehearsal{begun}"), ConversationId::parse),
        Some(_) => Err(AppError::NotFound { what: "share of this survey in bot.yaml" }),
    }
}
