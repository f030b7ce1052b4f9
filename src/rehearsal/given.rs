//! The rules of one script: those that are rehearsed, with what the script takes for granted.

use super::on_call;
use crate::config::script::{HoursThatCount, Script};
use crate::domain::rules::Rules;
use std::sync::Arc;

pub(super) fn rules_of(rules: &Arc<Rules>, script: &Script) -> Arc<Rules> {
    let mut rules = Rules::clone(rules);
    if let Some(routing) = &script.given.routing {
        rules.routing = routing.clone();
    }
    if let Some(bot) = &script.given.bot {
        rules.bot.ladder = bot.ladder;
        rules.bot.ends = bot.ends;
        rules.bot.satisfaction = bot.satisfaction;
        rules.bot.parts = bot.parts.clone();
        rules.bot.read_marks = bot.read_marks;
    }
    if let HoursThatCount::Of(counted) = &script.given.hours {
        rules.routing.open_all_but(counted);
    }
    on_call::with_those_of(&mut rules.routing.on_call, &script.on_call);
    Arc::new(rules)
}
