//! Who is able to serve which class: kept from both sides, so that a freed place costs a look at the
//! classes of one agent, and not at all there are.

use super::class::{Class, ClassKey};
use super::view::PoolView;
use crate::domain::pool::item::Item;
use crate::domain::pool::work::meets;

impl PoolView {
    /// The class that this work belongs to; most of what is known asks for what it asked for before.
    pub(super) fn class_for(&mut self, known: Option<u32>, item: &Item) -> u32 {
        let before = known.and_then(|slot| self.items.get(slot)).filter(|before| {
            before.item.cost == item.cost && before.item.handoff.needs == item.handoff.needs
        });
        match before {
            Some(before) => before.class,
            None => self.class_of(ClassKey { needs: item.handoff.needs.clone(), cost: item.cost }),
        }
    }

    /// The class of that key; a new one is told who is able to serve it.
    fn class_of(&mut self, key: ClassKey) -> u32 {
        if let Some(slot) = self.class_slots.get(&key) {
            return *slot;
        }
        let class = self.classes.put(Class::new(key.clone()));
        let Some(new) = self.classes.get_mut(class) else { return class };
        for (slot, helper) in self.agents.iter_mut() {
            let able = meets(&helper.agent, &key.needs);
            new.able.put(slot, able);
            helper.classes.put(class, able);
        }
        self.class_slots.insert(key, class);
        class
    }

    /// The class is no longer needed.
    pub(super) fn drop_class(&mut self, class: u32) {
        let Some(dropped) = self.classes.take(class) else { return };
        self.class_slots.remove(&dropped.key);
        for able in dropped.able.iter() {
            if let Some(helper) = self.agents.get_mut(able) {
                helper.classes.put(class, false);
            }
        }
    }

    /// Sorts an agent into the classes by what they can do.
    pub(super) fn set_able(&mut self, slot: u32) {
        self.wake_particular(slot);
        let Some(helper) = self.agents.get_mut(slot) else { return };
        for (number, class) in self.classes.iter_mut() {
            let able = meets(&helper.agent, &class.key.needs);
            class.able.put(slot, able);
            helper.classes.put(number, able);
        }
    }
}
