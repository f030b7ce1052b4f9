//! The names that files refer to across each other, gathered before anything is checked, so that a
//! mistake inside an entry does not make every mention of it look wrong too.

use crate::config::problem::{Code, Place, Problem, Problems};
use crate::config::raw::Text;
use crate::config::raw::bot::Bot;
use crate::config::raw::faq::Faq;
use crate::config::raw::routing::Routing;
use std::collections::BTreeMap;

/// Ids by kind, each with the place where it is declared first.
#[derive(Debug, Default)]
pub struct Names {
    /// FAQ entries.
    pub entries: Declared,
    /// Queues.
    pub queues: Declared,
    /// Skills.
    pub skills: Declared,
    /// Agents.
    pub agents: Declared,
    /// What the host site tells of its customers.
    pub facts: Declared,
}

/// Names of one kind.
#[derive(Debug, Default)]
pub struct Declared {
    names: BTreeMap<String, Place>,
    /// Some of them could not be read. That has been noted, and no other name is called unknown.
    partly: bool,
}

impl Names {
    /// All names of the files (`None` for one that cannot be read); whatever stands twice is noted
    /// with both places.
    pub fn gather(
        faq: &[Option<Faq>],
        routing: Option<&Routing>,
        bot: Option<&Bot>,
        problems: &mut Problems,
    ) -> Names {
        let mut names = Names::default();
        names.entries.partly =
            faq.iter().any(|file| file.as_ref().is_none_or(|file| file.entries.is_none()));
        // Without the queues, which no such file can do without, it is empty or cut off: what else it
        // lacks is told once, there, and not at every mention of an agent or a skill.
        let partly = routing.is_none_or(|file| file.queues.is_none());
        for declared in [&mut names.queues, &mut names.skills, &mut names.agents] {
            declared.partly = partly;
        }
        let entries = faq.iter().flatten().filter_map(|file| file.entries.as_ref());
        for entry in entries.flatten() {
            names.entries.declare(entry.id.as_ref(), Code::DuplicateEntry, problems);
        }
        names.facts.partly = bot.is_none();
        for fact in bot.iter().filter_map(|bot| bot.facts.as_ref()).flatten() {
            names.facts.declare(Some(fact), Code::DuplicateId, problems);
        }
        let Some(routing) = routing else { return names };
        for queue in routing.queues.iter().flatten() {
            names.queues.declare(queue.id.as_ref(), Code::DuplicateId, problems);
        }
        for skill in routing.skills.iter().flatten() {
            names.skills.declare(Some(skill), Code::DuplicateId, problems);
        }
        for agent in routing.agents.iter().flatten() {
            names.agents.declare(agent.id.as_ref(), Code::DuplicateId, problems);
        }
        names
    }
}

impl Declared {
    fn declare(&mut self, id: Option<&Text>, twice: Code, problems: &mut Problems) {
        let Some(id) = id else { return };
        match self.names.get(&id.value) {
            Some(first) => {
                problems.add(Problem::new(twice, &id.place).with("id", &id.value).also(first));
            }
            None => {
                self.names.insert(id.value.clone(), id.place.clone());
            }
        }
    }

    /// Notes it when nothing of that name is declared.
    pub fn expect(&self, id: &Text, unknown: Code, problems: &mut Problems) -> Option<()> {
        if self.names.contains_key(&id.value) {
            return Some(());
        }
        if self.partly {
            return None;
        }
        let known = self.names.keys().map(String::as_str);
        let problem = Problem::new(unknown, &id.place).with("id", &id.value);
        problems.add(problem.suggest(&id.value, known));
        None
    }
}
