//! What a customer reads of what is their own: conversations on other devices, their data, the time
//! they want to be called back at.

use super::View;
use crate::cli::chat::own::id_of;
use crate::cli::chat::when::Fault;
use crate::cli::transcript::Transcript;
use crate::cli::words::{self, pick};
use crate::domain::language::Language;
use crate::grpc::pb::{MyConversation, Party};
use std::path::Path;

/// What is typed, beside the word of the other language, so that all is erased.
const ERASE: [&str; 2] = ["erase", "محو"];

/// Whether a line says that all is to be erased, after the question.
pub fn means_erase(line: &str) -> bool {
    ERASE.contains(&line.trim().to_lowercase().as_str())
}

impl View {
    /// Their conversations by number; `here` is the one at hand.
    pub fn mine(&self, mine: &[MyConversation], here: &str, now: i64) -> Vec<String> {
        if mine.is_empty() {
            let (en, ar) = ("you have no conversations yet", "ليست لك محادثات بعد");
            return vec![self.say(en, ar)];
        }
        let mut lines = self.rows(mine, here, now);
        lines.push(self.way_on());
        lines
    }

    /// Before anything is begun: what is still open elsewhere, and how to go on with it.
    pub fn left_open(&self, mine: &[MyConversation], now: i64) -> Vec<String> {
        let (en, ar) = match mine.len() {
            1 => ("you have a conversation that is still open:", "لك محادثة ما زالت مفتوحة:"),
            _ => ("you have conversations that are still open:", "لك محادثات ما زالت مفتوحة:"),
        };
        let mut lines = vec![self.say(en, ar)];
        lines.extend(self.rows(mine, "", now));
        lines.push(self.say(
            "type its number to go on with it; anything else begins a new one",
            "اكتب رقمها لمتابعتها، وأي شيء آخر يبدأ محادثة جديدة",
        ));
        lines
    }

    /// Beside the conversation at hand others are open.
    pub fn others_open(&self, mine: &[MyConversation], now: i64) -> Vec<String> {
        let (en, ar) = ("open as well:", "ومفتوح أيضًا:");
        let mut lines = vec![self.say(en, ar)];
        lines.extend(self.rows(mine, "", now));
        lines.push(self.way_on());
        lines
    }

    fn way_on(&self) -> String {
        self.say("/resume and a number: go on with it", "اكتب /resume ثم الرقم لمتابعتها")
    }

    fn rows(&self, mine: &[MyConversation], here: &str, now: i64) -> Vec<String> {
        let rows = |language| {
            let transcript = Transcript { language, ..self.transcript };
            let numbered = mine.iter().enumerate();
            numbered.map(move |(at, it)| row(&transcript, at + 1, it, here, now))
        };
        self.languages().flat_map(rows).collect()
    }

    /// Nobody has said who the customer is.
    pub fn not_known(&self) -> String {
        self.say(
            "nobody has said who you are, so only this conversation is known: log in with /login TOKEN, or \
             begin with --identity TOKEN",
            "لم يعرّف أحد بك، فلا تُعرف إلا هذه المحادثة: سجّل دخولك بـ /login TOKEN أو ابدأ بـ --identity \
             TOKEN",
        )
    }

    /// A number that nothing stands under.
    pub fn no_such_number(&self) -> String {
        let (en, ar) = (
            "no conversation has this number; /mine shows them",
            "لا محادثة بهذا الرقم، و/mine لعرضها",
        );
        self.say(en, ar)
    }

    /// It is the one at hand.
    pub fn is_here(&self) -> String {
        self.say("that is this conversation", "هي هذه المحادثة")
    }

    /// Something was not saved yet and would be lost on the way to another conversation.
    pub fn save_first(&self) -> String {
        self.say(
            "what you wrote here is not saved yet: go on there in a moment",
            "ما كتبته هنا لم يُحفظ بعد: تابع هناك بعد لحظة",
        )
    }

    /// Another conversation is at hand; what was said there follows.
    pub fn resumed(&self) -> String {
        self.say(
            "you go on with this conversation; what was said there:",
            "تتابع هذه المحادثة الآن، وهذا ما قيل فيها:",
        )
    }

    /// The conversation is not kept any more, and a new one begins; `carried` says that something is
    /// asked there once more.
    pub fn gone(&self, carried: bool) -> String {
        match carried {
            true => self.say(
                "this conversation is no longer kept: a new one begins, and what was not answered is sent \
                 again there",
                "هذه المحادثة لم تعد محفوظة: تبدأ الآن محادثة جديدة، ويُرسل فيها ثانيةً ما لم يُجب عنه",
            ),
            false => self.say(
                "this conversation is no longer kept: a new one begins",
                "هذه المحادثة لم تعد محفوظة: تبدأ الآن محادثة جديدة",
            ),
        }
    }

    /// The conversation is the customer's from now on.
    pub fn claimed(&self) -> String {
        self.say(
            "this conversation is yours now: on other devices too, after logging in there",
            "صارت هذه المحادثة لك، وتجدها على أجهزتك الأخرى بعد تسجيل الدخول",
        )
    }

    /// All that is kept lies in a file.
    pub fn exported(&self, file: &Path, lines: &str, is_known: bool) -> String {
        let begins = |line: &&str| line.contains("\"type\":\"conversation\"");
        let count = lines.lines().filter(begins).count();
        let file = self.transcript.look.foreign(&file.display().to_string());
        match is_known {
            true => self.say(
                &format!("all that is kept of you is in {file} (conversations: {count})"),
                &format!("كل ما يُحفظ عنك في {file} (المحادثات: {count})"),
            ),
            false => self.say(
                &format!("all that is kept of this conversation is in {file}"),
                &format!("كل ما يُحفظ من هذه المحادثة في {file}"),
            ),
        }
    }

    /// The file cannot be written.
    pub fn not_written(&self, file: &Path, why: &std::io::Error) -> String {
        let file = self.transcript.look.foreign(&file.display().to_string());
        if why.kind() == std::io::ErrorKind::AlreadyExists {
            return self.say(
                &format!(
                    "{file} is there already and is left as it is; name another: /export FILE"
                ),
                &format!("{file} موجود ولن يُمس؛ سمِّ ملفًا آخر: /export FILE"),
            );
        }
        self.say(
            &format!("{file} cannot be written ({why}); name another: /export FILE"),
            &format!("تعذّرت كتابة {file} ‏({why})؛ سمِّ ملفًا آخر: /export FILE"),
        )
    }

    /// Before all is erased.
    pub fn erase_question(&self, is_known: bool) -> String {
        match is_known {
            true => self.say(
                "this erases for good all that is kept of you: every conversation of yours, on all your \
                 devices; what is open ends, nobody answers it any more, and nothing of it can be brought \
                 back. To do it, write the word: erase. Anything else leaves all as it is.",
                "يمحو هذا نهائيًا كل ما يُحفظ عنك: كل محادثاتك على كل أجهزتك؛ وما هو مفتوح ينتهي ولا يجيب \
                 عنه أحد، ولا يمكن استرجاع شيء منه. للمتابعة اكتب كلمة: محو. وأي شيء آخر يُبقي كل شيء كما هو.",
            ),
            false => self.say(
                "this erases for good all that is kept of this conversation; if it is open it ends, nobody \
                 answers it any more, and nothing of it can be brought back. To do it, write the word: \
                 erase. Anything else leaves it as it is.",
                "يمحو هذا نهائيًا كل ما يُحفظ من هذه المحادثة؛ وإن كانت مفتوحة انتهت ولا يجيب عنها أحد، ولا \
                 يمكن استرجاع شيء منها. للمتابعة اكتب كلمة: محو. وأي شيء آخر يُبقيها كما هي.",
            ),
        }
    }

    /// The question was not answered with the word.
    pub fn not_erased(&self) -> String {
        self.say("nothing was erased and nothing was sent", "لم يُمحَ شيء ولم يُرسل شيء")
    }

    /// It is done.
    pub fn erased(&self, count: u32) -> String {
        self.say(
            &format!("erased for good (conversations: {count})"),
            &format!("مُحيت نهائيًا (المحادثات: {count})"),
        )
    }

    /// No time was understood.
    pub fn no_time(&self, fault: Fault) -> String {
        let (en, ar) = match fault {
            Fault::Unclear => (
                "that time is not clear. Write for example: /callback 15:30, /callback tomorrow 9:00, \
                 /callback in 2h",
                "هذا الوقت غير واضح. اكتب مثلًا: /callback 15:30 أو /callback غدا 9:00 أو /callback بعد \
                 ساعتين",
            ),
            Fault::Past => ("that time is over; name a later one", "مضى هذا الوقت؛ سمِّ وقتًا لاحقًا"),
        };
        self.say(en, ar)
    }
}

fn row(
    transcript: &Transcript,
    number: usize,
    mine: &MyConversation,
    here: &str,
    now: i64,
) -> String {
    let l = transcript.language;
    let conversation = mine.conversation.clone().unwrap_or_default();
    let mut parts = vec![words::state(l, conversation.state(), transcript.reader).to_owned()];
    if !mine.topic.is_empty() {
        parts.push(transcript.quoted(&mine.topic));
    }
    // Which machine or which person: the machine needs no name.
    if let Some(owner) = conversation.owner.filter(|owner| owner.party() == Party::Agent) {
        parts.push(transcript.label(&owner));
    }
    if let Some(status) = conversation.queue_status.filter(|status| status.registered) {
        // Whoever is in danger is told no number.
        if !status.in_danger {
            parts.push(format!("{} {}", pick(l, "number", "الرقم"), status.position));
        }
    }
    if let Some(promise) = &conversation.promise {
        parts.push(transcript.promise(promise));
    }
    if let Some(at) = &mine.last_event_at {
        let ago = words::span(l, now - at.seconds);
        parts.push(match l {
            Language::En => format!("last {ago} ago"),
            Language::Ar => format!("آخرها قبل {ago}"),
        });
    }
    if id_of(mine) == here {
        parts.push(pick(l, "you are here", "أنت هنا").to_owned());
    }
    format!("{number}. {}", parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Look;
    use crate::grpc::pb::event::Body;
    use crate::grpc::pb::{
        Conversation, ConversationState, Event, LocalizedText, MessageSent, Notice, Participant,
        Promise, PromiseKind, QueueStatus,
    };

    fn view(language: Option<Language>) -> View {
        View::new(Look::PLAIN, false, language, None)
    }

    fn at(seconds: i64) -> Option<prost_types::Timestamp> {
        Some(prost_types::Timestamp { seconds, nanos: 0 })
    }

    fn mine() -> Vec<MyConversation> {
        let one = |id: &str, state: ConversationState| Conversation {
            conversation_id: id.to_owned(),
            state: state.into(),
            ..Default::default()
        };
        let waiting = QueueStatus { registered: true, position: 2, ..Default::default() };
        let sara = Participant {
            party: Party::Agent.into(),
            name: "Sara".to_owned(),
            ..Default::default()
        };
        let promise =
            Promise { kind: PromiseKind::Callback.into(), due: at(7_200), ..Default::default() };
        let queued =
            Conversation { queue_status: Some(waiting), ..one("c1", ConversationState::Queued) };
        let human = Conversation { owner: Some(sara), ..one("c2", ConversationState::Human) };
        let pending =
            Conversation { promise: Some(promise), ..one("c3", ConversationState::Pending) };
        let all = [queued, human, pending, one("c4", ConversationState::Confirming)];
        let topics = ["where is my order", "", "", "أين\nطلبي"].into_iter();
        let row = |(it, topic): (Conversation, &str)| MyConversation {
            conversation: Some(it),
            last_event_at: at(1_000),
            topic: topic.to_owned(),
        };
        all.into_iter().zip(topics).map(row).collect()
    }

    #[test]
    fn a_customers_conversations_are_told_in_words_for_them_with_numbers() {
        assert_eq!(
            view(Some(Language::En)).mine(&mine(), "c4", 1_300),
            [
                "1. you wait for a person · “where is my order” · number 2 · last 5 min ago",
                "2. with an agent · Sara (agent) · last 5 min ago",
                "3. promised for later · a callback by 1970-01-01 02:00 UTC · last 5 min ago",
                "4. waits for your yes or no · “أين طلبي” · last 5 min ago · you are here",
                "* /resume and a number: go on with it",
            ]
        );
        let arabic = view(Some(Language::Ar)).mine(&mine(), "c1", 1_300);
        assert_eq!(
            arabic[0],
            "1. تنتظر موظفًا · «where is my order» · الرقم 2 · آخرها قبل 5 د · أنت هنا"
        );
        assert_eq!(arabic[3], "4. تنتظر جوابك: نعم أو لا · «أين طلبي» · آخرها قبل 5 د");
        let none = view(Some(Language::Ar)).mine(&[], "", 0);
        assert_eq!(none, ["* ليست لك محادثات بعد"]);
    }

    #[test]
    fn whoever_is_in_danger_is_told_no_number_in_the_list_either() {
        let mut mine = mine();
        mine.truncate(1);
        let status = mine[0].conversation.as_mut().and_then(|c| c.queue_status.as_mut());
        status.unwrap().in_danger = true;
        let told = view(Some(Language::En)).mine(&mine, "", 1_300);
        assert_eq!(told[0], "1. you wait for a person · “where is my order” · last 5 min ago");
    }

    #[test]
    fn until_a_language_is_known_what_is_open_is_told_in_both() {
        let told = view(None).left_open(&mine()[..1], 1_300).join("\n");
        assert!(told.contains("still open") && told.contains("ما زالت مفتوحة"), "{told}");
        assert_eq!(told.matches("1. ").count(), 2, "{told}");
    }

    /// Whoever is refused a callback, or given another time, must not read that theirs was taken; and
    /// one clock is enough.
    #[test]
    fn a_callback_is_told_in_the_words_of_the_server_alone() {
        use crate::cli::chat::calls::{Asked, Done};
        use crate::cli::chat::input::Want;
        let mut view = view(Some(Language::En));
        let asked = || Asked {
            request_id: "r".to_owned(),
            want: Want::CallbackAt(3_600),
            rated: Default::default(),
            identity: String::new(),
        };
        view.asking(&asked().want);
        let refused = view.refused(&asked(), &tonic::Status::failed_precondition("closed"));
        assert!(!refused.join("\n").contains("promised"), "{refused:?}");
        let promise = Promise {
            kind: PromiseKind::Callback.into(),
            returns_at: at(7_200),
            due: at(10_800),
            ..Default::default()
        };
        let conversation = Conversation { promise: Some(promise), ..Default::default() };
        let done = Done { conversation: Some(conversation), ..Default::default() };
        assert!(view.done(asked(), done).is_empty(), "its time stands in the words, by one clock");
    }

    #[test]
    fn who_asks_for_a_person_again_is_told_whom_they_have_or_where_they_stand() {
        use crate::cli::chat::calls::{Asked, Done};
        use crate::cli::chat::input::Want;
        use crate::grpc::pb::Event;
        let told = |language, state: ConversationState, events: Vec<Event>| {
            let mut view = view(Some(language));
            view.queue = (state == ConversationState::Queued).then(|| QueueStatus {
                registered: true,
                position: 3,
                ..Default::default()
            });
            let want = Want::Human;
            view.asking(&want);
            let (rated, identity) = (Default::default(), String::new());
            let asked = Asked { request_id: "r".to_owned(), want, rated, identity };
            let sara = Participant {
                party: Party::Agent.into(),
                name: "Sara".to_owned(),
                ..Default::default()
            };
            let conversation =
                Conversation { state: state.into(), owner: Some(sara), ..Default::default() };
            let done = Done { conversation: Some(conversation), events, ..Default::default() };
            view.done(asked, done).join("\n")
        };
        let (en, ar, human) = (Language::En, Language::Ar, ConversationState::Human);
        assert_eq!(told(en, human, Vec::new()), "* you are with Sara already: just write");
        assert_eq!(told(ar, human, Vec::new()), "* أنت الآن مع Sara: اكتب ما تريد");
        let waiting = told(en, ConversationState::Queued, Vec::new());
        assert!(
            waiting.contains("you are number 3 in line") && !waiting.contains("Sara"),
            "{waiting}"
        );
    }

    #[test]
    fn the_clock_of_told_times_is_named_once_and_only_where_it_is_not_the_terminals() {
        fn text(words: &str) -> Option<LocalizedText> {
            Some(LocalizedText { text: words.to_owned(), ..Default::default() })
        }
        fn message(words: &str) -> Body {
            Body::MessageSent(MessageSent { text: text(words), ..Default::default() })
        }
        fn notice(words: &str) -> Body {
            Body::Notice(Notice { text: text(words), ..Default::default() })
        }
        let told = |by: fn(&str) -> Body, time_zone: &str| {
            let mut view = view(Some(Language::Ar));
            let time_zone = time_zone.to_owned();
            view.stands(Some(Conversation { time_zone, ..Default::default() }));
            let mut sequence = 0;
            let mut shows = |body: fn(&str) -> Body, party: Party, words: &str| {
                sequence += 1;
                let author = Some(Participant { party: party.into(), ..Default::default() });
                let body = Some(body(words));
                view.show(vec![Event { sequence, author, body, ..Default::default() }])
            };
            let is_named = |lines: &[String]| lines.iter().any(|it| it.contains("بتوقيت"));
            assert!(!is_named(&shows(notice, Party::System, "أهلا")), "no time was told");
            for people in [Party::Customer, Party::Agent] {
                let lines = shows(message, people, "أتصل بك 10:30");
                assert!(lines[0].contains("10:30") && !is_named(&lines), "by their own clock");
            }
            let first = shows(by, Party::Bot, "حتى الأحد 22 نوفمبر، 09:00");
            assert!(!is_named(&shows(notice, Party::System, "10:00")), "once");
            first.into_iter().nth(1)
        };
        for by in [message, notice] {
            let named = told(by, "Asia/Riyadh").unwrap();
            assert!(named.starts_with("* الأوقات هنا بتوقيت Asia/Riyadh"), "{named}");
            assert_eq!(told(by, "Africa/Abidjan"), None, "it shows the same time as here");
            assert_eq!(told(by, ""), None);
        }
    }

    #[test]
    fn only_the_word_erases() {
        for (line, means) in
            [("erase", true), (" Erase ", true), ("محو", true), ("yes", false), ("", false)]
        {
            assert_eq!(means_erase(line), means, "{line:?}");
        }
        for language in Language::ALL {
            for known in [true, false] {
                let asked = view(Some(language)).erase_question(known);
                let word = pick(language, "erase.", "محو.");
                assert!(asked.contains(word), "the word is named: {asked}");
            }
        }
    }
}
