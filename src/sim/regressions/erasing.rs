//! What was found of erasures.

use super::*;

#[tokio::test]
async fn what_begins_while_a_customer_is_erased_is_still_found_by_them() {
    let shop = Shop::open(1).await;
    let customer = CustomerId::known("key").unwrap();
    let id = ConversationId::parse("c2").unwrap();
    // Noted among the customer's, and then it takes a while to begin.
    let mut calls = 0;
    shop.faulty.set_plan(move |_: &Call<'_>| {
        calls += 1;
        Fate { polls_before: if calls == 3 { 50 } else { 0 }, ..Fate::default() }
    });
    let begins = shop.app.start_known(id.clone(), customer.clone(), None, Facts::new());
    let erases = shop.app.erase_customer(&customer, None);
    let (begun, erased) = futures::join!(begins, erases);
    assert!(begun.is_ok());
    assert_eq!(erased.unwrap().conversations, 0, "else this proves nothing");
    let listed = shop.app.conversations_of(&customer, 10, |_| true).await.unwrap();
    assert_eq!(listed.len(), 1, "it can still be erased");

    // The same when it becomes theirs later.
    let (id, customer) = (shop.id.clone(), CustomerId::known("other").unwrap());
    let mut calls = 0;
    shop.faulty.set_plan(move |_: &Call<'_>| {
        calls += 1;
        Fate { polls_before: if calls == 4 { 50 } else { 0 }, ..Fate::default() }
    });
    let claims = shop.app.identify(&id, None, customer.clone(), Facts::new());
    let (claimed, erased) = futures::join!(claims, shop.app.erase_customer(&customer, None));
    assert!(claimed.is_ok());
    assert_eq!(erased.unwrap().conversations, 0, "else this proves nothing");
    let listed = shop.app.conversations_of(&customer, 10, |_| true).await.unwrap();
    assert_eq!(listed.len(), 1, "it can still be erased");
}

#[tokio::test]
async fn what_becomes_theirs_between_two_looks_of_their_erasure_is_still_found_by_them() {
    let shop = Shop::open(1).await;
    let customer = CustomerId::known("key").unwrap();
    // The erasure finds it not yet theirs; it is before the record goes, which says the same as before.
    shop.faulty.set_plan(|_: &Call<'_>| Fate { polls_before: 30, ..Fate::default() });
    let slow = Arc::new(Faulty::new(shop.memory.clone(), |call: &Call<'_>| {
        late_if(75, writes(call, |write| matches!(write, Write::Append { .. })))
    }));
    let other = app_on(slow, 1, "other");
    let claims = other.identify(&shop.id, None, customer.clone(), Facts::new());
    let (claimed, erased) = futures::join!(claims, shop.app.erase_customer(&customer, None));
    assert!(claimed.is_ok());
    let listed = shop.app.conversations_of(&customer, 10, |_| true).await.unwrap().len();
    assert_eq!(erased.unwrap().conversations + listed, 1, "erased, or it can still be");
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_at_the_read_marks_goes_on_there() {
    let shop = Shop::open(1).await;
    let customer = CustomerId::known("key").unwrap();
    shop.app.identify(&shop.id, None, customer.clone(), Facts::new()).await.unwrap();
    let seq = shop.app.conversation(&shop.id).await.unwrap().seq;
    shop.app.customer_reads(&shop.id, seq).await.unwrap();
    let marks = [keys::read_marks(&shop.id)];
    shop.faulty.set_plan(|call: &Call<'_>| {
        let is_mark =
            |write: &Write| matches!(write, Write::Delete { key } if key.kind == Kind::ReadMarks);
        if writes(call, is_mark) { Fate::from(Fault::unavailable()) } else { Fate::default() }
    });
    assert!(shop.app.erase_customer(&customer, None).await.is_err());
    assert!(shop.app.conversation(&shop.id).await.unwrap().is_erased());
    shop.faulty.set_plan(NoFaults);
    shop.app.erase_customer(&customer, None).await.unwrap();
    let left = shop.memory.load(&keys::bucket(0), &marks, &[]).await.unwrap();
    assert!(matches!(left.observed(&marks[0]), Observed::Absent { .. }));
}

#[tokio::test]
async fn an_erasure_that_its_customer_gave_up_is_finished_by_the_list() {
    let shop = Shop::open(1).await;
    let seq = shop.app.conversation(&shop.id).await.unwrap().seq;
    shop.app.customer_reads(&shop.id, seq).await.unwrap();
    let list = Arc::new(Noted::default());
    let noting = |instance, store| app_on(store, 1, instance).noting_erasures_in(list.clone());
    shop.faulty.set_plan(|call: &Call<'_>| {
        let is_mark =
            |write: &Write| matches!(write, Write::Delete { key } if key.kind == Kind::ReadMarks);
        if writes(call, is_mark) { Fate::from(Fault::unavailable()) } else { Fate::default() }
    });
    let asked = noting("asked", shop.faulty.clone() as Arc<dyn Store>);
    assert!(asked.erase_conversation(&shop.id, None).await.is_err());
    shop.faulty.set_plan(NoFaults);
    assert_eq!(asked.erase_given_up().await, (0, None), "only what was left of it");
    let marks = [keys::read_marks(&shop.id)];
    let left = shop.memory.load(&keys::bucket(0), &marks, &[]).await.unwrap();
    assert!(matches!(left.observed(&marks[0]), Observed::Absent { .. }));
}

/// A list that cannot be written.
struct Unwritable;

#[async_trait::async_trait]
impl Erasures for Unwritable {
    async fn note(&self, _: &[ConversationId]) -> Result<(), ErasuresError> {
        let (place, reason) = ("erased.jsonl".to_owned(), "the disk is full".to_owned());
        Err(ErasuresError { place, reason })
    }

    async fn noted(&self) -> Result<BTreeSet<ConversationId>, ErasuresError> {
        Ok(BTreeSet::new())
    }
}

#[tokio::test]
async fn what_could_not_be_noted_is_refused_and_not_erased_later() {
    let shop = Shop::open(1).await;
    let app = app_on(shop.memory.clone(), 1, "full").noting_erasures_in(Arc::new(Unwritable));
    assert!(app.erase_conversation(&shop.id, None).await.is_err());
    assert_eq!(app.erase_given_up().await, (0, None));
    assert!(!app.conversation(&shop.id).await.unwrap().is_erased());
}

#[tokio::test]
async fn of_two_who_erase_the_same_at_once_neither_is_refused() {
    let shop = Shop::open(1).await;
    let other = app_on(shop.memory.clone(), 1, "other");
    shop.faulty.set_plan(|call: &Call<'_>| late_if(50, writes(call, |_| true)));
    let slow = shop.app.erase_conversation(&shop.id, None);
    let (one, other) = futures::join!(slow, other.erase_conversation(&shop.id, None));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
}

#[tokio::test]
async fn a_request_that_comes_again_amid_an_erasure_takes_no_second_effect() {
    let shop = Shop::open(1).await;
    let other = app_on(shop.memory.clone(), 1, "other");
    let input = Input::Text("كيف أدفع".to_owned());
    let request = Request::new(RequestId::parse("q1").unwrap(), "customer", "how to pay");
    shop.app.say(&shop.id, Some(request.clone()), input.clone()).await.unwrap();
    shop.faulty.set_plan(|call: &Call<'_>| {
        late_if(50, writes(call, |write| {
            matches!(write, Write::Append { keep: Some(_), log, .. } if log.0.ends_with("/c1"))
        }))
    });
    let erases = shop.app.erase_conversation(&shop.id, None);
    let (erased, again) = futures::join!(erases, other.say(&shop.id, Some(request), input));
    assert!(erased.is_ok(), "{erased:?}");
    let again = again.unwrap().events;
    let heard = again.iter().any(|it| matches!(it.logged.event, Event::CustomerSaid { .. }));
    assert!(again.is_empty() || heard, "the first answer, as far as it is there: {again:?}");
    assert!(shop.app.conversation(&shop.id).await.unwrap().is_erased());
    let key = keys::request(&shop.id, "customer", &RequestId::parse("q1").unwrap());
    let left = shop.memory.load(&keys::bucket(0), std::slice::from_ref(&key), &[]).await.unwrap();
    assert!(matches!(left.observed(&key), Observed::Absent { .. }));
}
