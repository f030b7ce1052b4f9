//! What one agent is offered and holds, as the desk knows it. Pure: frames and answers in.
//!
//! Offers and conversations share one row of numbers, so that offer 1 becomes conversation 1.

use crate::cli::journal::Journal;
use crate::cli::seen::Seen;
use crate::grpc::pb::{
    Assignment, Event, LocalizedText, Offer, OfferEnd, OwnershipToken, Party, Standing,
    WorkAttached,
};
use std::collections::BTreeMap;

/// What a call is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The number on the desk.
    pub number: u32,
    /// The conversation.
    pub conversation_id: String,
    /// The right to accept or to speak.
    pub token: OwnershipToken,
}

/// One thing on the desk.
#[derive(Debug)]
pub struct Item {
    /// What calls about it name.
    pub target: Target,
    /// One sentence: need, what was tried, mood, wait.
    pub headline: Option<LocalizedText>,
    /// Whether it is offered or held.
    pub kind: Kind,
}

/// How something lies on the desk.
#[derive(Debug)]
pub enum Kind {
    /// It can be accepted or declined.
    Offered(Box<Offer>),
    /// It is the agent's.
    Held(Box<Held>),
}

/// A conversation of one's own.
#[derive(Debug, Default)]
pub struct Held {
    /// What was shown of it.
    pub journal: Journal,
    /// Its packet is being fetched; what happens meanwhile is shown after it.
    pub packet_due: bool,
    /// What happened meanwhile.
    pub meanwhile: Vec<Event>,
    /// What was suggested last, to be sent by number.
    pub replies: Vec<String>,
    /// Who waits for whom, and what happens next by itself.
    pub standing: Option<Standing>,
    /// The customer types until then, as far as is known; in seconds, 0 if not.
    pub types_until: i64,
    /// What was read by whom.
    pub seen: Seen,
}

/// The desk.
#[derive(Debug, Default)]
pub struct Work {
    items: BTreeMap<u32, Item>,
    last_number: u32,
    current: Option<u32>,
    /// How offers ended, the latest last: whoever answers one a moment too late is told.
    over: Vec<(u32, OfferEnd)>,
}

impl Work {
    /// Everything on the desk, by number.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// What is offered, the oldest first.
    pub fn offers(&self) -> impl Iterator<Item = (&Target, &Offer)> {
        self.items.values().filter_map(|item| match &item.kind {
            Kind::Offered(offer) => Some((&item.target, offer.as_ref())),
            Kind::Held(_) => None,
        })
    }

    /// What is held.
    pub fn held(&self) -> impl Iterator<Item = &Target> {
        self.items.values().filter_map(|item| match &item.kind {
            Kind::Held(_) => Some(&item.target),
            Kind::Offered(_) => None,
        })
    }

    /// The conversations whose customers type at this moment.
    pub fn typing(&self, now: i64) -> impl Iterator<Item = u32> {
        self.items.values().filter_map(move |item| match &item.kind {
            Kind::Held(held) if held.types_until > now => Some(item.target.number),
            Kind::Held(_) | Kind::Offered(_) => None,
        })
    }

    /// The conversation that plain lines go to, if its customer has read the agent's last words.
    pub fn seen(&self) -> Option<u32> {
        let item = self.current.and_then(|number| self.items.get(&number))?;
        match &item.kind {
            Kind::Held(held) => held.seen.is_seen().then_some(item.target.number),
            Kind::Offered(_) => None,
        }
    }

    /// The conversation that plain lines go to.
    pub fn current(&self) -> Option<&Target> {
        self.current.and_then(|number| self.items.get(&number)).map(|item| &item.target)
    }

    /// The thing of this number.
    pub fn get(&self, number: u32) -> Option<&Item> {
        self.items.get(&number)
    }

    /// Goes on with another conversation; false if it is not held.
    pub fn turn_to(&mut self, number: u32) -> bool {
        let held = self.held().any(|target| target.number == number);
        if held {
            self.current = Some(number);
        }
        held
    }

    /// A conversation of one's own.
    pub fn held_mut(&mut self, conversation_id: &str) -> Option<(u32, &mut Held)> {
        let of_it = |item: &&mut Item| item.target.conversation_id == conversation_id;
        let item = self.items.values_mut().find(of_it)?;
        match &mut item.kind {
            Kind::Held(held) => Some((item.target.number, held.as_mut())),
            Kind::Offered(_) => None,
        }
    }

    /// Takes an offer; gives its number if it is new.
    pub fn offer(&mut self, offer: Offer) -> Option<u32> {
        let target = self.target(&offer.conversation_id, offer.token);
        if self.items.get(&target.number).is_some_and(|item| item.target == target) {
            return None;
        }
        let (number, headline) = (target.number, offer.headline.clone());
        let kind = Kind::Offered(Box::new(offer));
        self.items.insert(number, Item { target, headline, kind });
        Some(number)
    }

    /// Takes an assignment; gives its number if it is new.
    pub fn assign(&mut self, assignment: &Assignment) -> Option<u32> {
        let conversation = assignment.conversation.clone().unwrap_or_default();
        let target = self.target(&conversation.conversation_id, assignment.token);
        let number = target.number;
        match self.items.get_mut(&number) {
            Some(Item { target: known, kind: Kind::Held(held), .. }) => {
                // The same conversation may come back under a newer right: no new arrival.
                *known = target;
                held.standing = assignment.standing.or(held.standing);
                held.seen.marks(conversation.read_marks);
                return None;
            }
            Some(Item { kind: Kind::Offered(_), .. }) | None => {}
        }
        let headline = assignment.headline.clone();
        let mut seen = Seen::by(Party::Agent);
        seen.marks(conversation.read_marks);
        let held = Held { standing: assignment.standing, seen, ..Held::default() };
        let kind = Kind::Held(Box::new(held));
        self.items.insert(number, Item { target, headline, kind });
        self.current.get_or_insert(number);
        Some(number)
    }

    /// An offer ended; gives its number if it was there.
    pub fn end_offer(
        &mut self,
        conversation_id: &str,
        token: OwnershipToken,
        how: OfferEnd,
    ) -> Option<u32> {
        let number = self
            .offers()
            .find(|(target, _)| target.conversation_id == conversation_id && target.token == token)
            .map(|(target, _)| target.number)?;
        self.remove(number);
        self.over.push((number, how));
        Some(number)
    }

    /// How the offer of this number ended, or the latest one.
    pub fn over(&self, number: Option<u32>) -> Option<(u32, OfferEnd)> {
        let asked = |(over, _): &&(u32, OfferEnd)| number.is_none_or(|number| *over == number);
        self.over.iter().rev().find(asked).copied()
    }

    /// A conversation is no longer held; gives its number if it was, and where plain lines go now if
    /// they went there.
    pub fn unassign(&mut self, conversation_id: &str) -> Option<(u32, Option<u32>)> {
        let number = self
            .held()
            .find(|target| target.conversation_id == conversation_id)
            .map(|target| target.number)?;
        let was_current = self.current == Some(number);
        self.remove(number);
        Some((number, self.current.filter(|_| was_current)))
    }

    /// Takes what the server says is all there is; gives the numbers that are gone.
    pub fn keep_only(&mut self, all: &WorkAttached) -> Vec<u32> {
        let still = |item: &Item| {
            let id = &item.target.conversation_id;
            match &item.kind {
                Kind::Offered(_) => all.offers.iter().any(|offer| offer.conversation_id == *id),
                Kind::Held(_) => all
                    .assignments
                    .iter()
                    .filter_map(|assignment| assignment.conversation.as_ref())
                    .any(|conversation| conversation.conversation_id == *id),
            }
        };
        let gone: Vec<u32> =
            self.items.values().filter(|item| !still(item)).map(|i| i.target.number).collect();
        gone.iter().for_each(|number| self.remove(*number));
        gone
    }

    fn remove(&mut self, number: u32) {
        self.items.remove(&number);
        if self.current == Some(number) {
            let next = self.held().next().map(|target| target.number);
            self.current = next;
        }
    }

    fn target(&mut self, conversation_id: &str, token: Option<OwnershipToken>) -> Target {
        let known = self.items.values().find(|item| item.target.conversation_id == conversation_id);
        let number = known.map_or(self.last_number + 1, |item| item.target.number);
        self.last_number = self.last_number.max(number);
        let conversation_id = conversation_id.to_owned();
        Target { number, conversation_id, token: token.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::pb::Conversation;

    fn offer(id: &str, attempt: u64) -> Offer {
        let token = Some(OwnershipToken { term: 1, attempt });
        Offer { conversation_id: id.to_owned(), token, ..Offer::default() }
    }

    fn assignment(id: &str, attempt: u64) -> Assignment {
        let conversation = Conversation { conversation_id: id.to_owned(), ..Default::default() };
        let token = Some(OwnershipToken { term: 1, attempt });
        Assignment { conversation: Some(conversation), token, ..Assignment::default() }
    }

    #[test]
    fn an_offer_keeps_its_number_as_a_conversation_and_repetitions_change_nothing() {
        let mut work = Work::default();
        assert_eq!(work.offer(offer("a", 1)), Some(1));
        assert_eq!(work.offer(offer("a", 1)), None);
        assert_eq!(work.offer(offer("b", 1)), Some(2));
        assert_eq!(work.current(), None);
        assert_eq!(work.assign(&assignment("a", 1)), Some(1));
        assert_eq!(work.assign(&assignment("a", 1)), None);
        assert_eq!(work.current().unwrap().number, 1);
        assert_eq!(work.offers().count(), 1);
        assert_eq!(
            work.end_offer("a", OwnershipToken { term: 1, attempt: 1 }, OfferEnd::Expired),
            None
        );
    }

    #[test]
    fn an_older_end_does_not_take_a_newer_offer_away() {
        let mut work = Work::default();
        work.offer(offer("a", 1));
        assert_eq!(work.offer(offer("a", 2)), Some(1), "a new offer of the same conversation");
        assert_eq!(
            work.end_offer("a", OwnershipToken { term: 1, attempt: 1 }, OfferEnd::Expired),
            None
        );
        assert_eq!(work.over(None), None);
        assert_eq!(
            work.end_offer("a", OwnershipToken { term: 1, attempt: 2 }, OfferEnd::Expired),
            Some(1)
        );
        assert_eq!(work.over(None), Some((1, OfferEnd::Expired)));
        assert_eq!((work.over(Some(1)), work.over(Some(2))), (work.over(None), None));
    }

    #[test]
    fn when_a_conversation_goes_the_desk_turns_to_another_one() {
        let mut work = Work::default();
        work.assign(&assignment("a", 1));
        work.assign(&assignment("b", 1));
        assert!(work.turn_to(2));
        assert!(!work.turn_to(9));
        assert_eq!(work.unassign("b"), Some((2, Some(1))), "and says so");
        assert_eq!(work.current().unwrap().conversation_id, "a");
        work.unassign("a");
        assert_eq!(work.current(), None);
        assert_eq!(work.assign(&assignment("c", 1)), Some(3), "numbers are not used again");
    }

    #[test]
    fn what_the_server_no_longer_lists_is_gone() {
        let mut work = Work::default();
        work.assign(&assignment("a", 1));
        work.offer(offer("b", 1));
        let all = WorkAttached { offers: vec![offer("b", 1)], ..WorkAttached::default() };
        assert_eq!(work.keep_only(&all), [1]);
        assert_eq!(work.items().count(), 1);
    }
}
