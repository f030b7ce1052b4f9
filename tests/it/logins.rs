//! A customer whom the host site knows, and the operator who looks after it, in the terminal: the real
//! commands against the real service.

use crate::service::Service;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

struct Shop {
    service: Service,
    folder: tempfile::TempDir,
}

struct Said {
    shown: String,
    error: String,
    ended_well: bool,
}

impl Shop {
    fn open() -> Shop {
        let (service, folder) = (Service::start_with_logins(), tempfile::tempdir().unwrap());
        Shop { service, folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// What the host site signs for this customer.
    fn login(&self, customer: &str) -> String {
        let data = self.service.data();
        let signed = Command::new(env!("CARGO_BIN_EXE_sanad"))
            .args(["token", "mint", customer, "--data"])
            .arg(data)
            .output()
            .unwrap();
        String::from_utf8(signed.stdout).unwrap().trim().to_owned()
    }

    /// What an operator asks for.
    fn admin(&self, words: &[&str]) -> Said {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_sanad"))
            .args(["admin", "--server", self.service.address(), "--data"])
            .arg(self.service.data())
            .args(words)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { shown: text(stdout), error: text(stderr), ended_well: status.success() }
    }

    /// A chat in which these lines are typed, one after the other.
    fn chat(&self, words: &[&str], lines: &[&str]) -> Said {
        let mut running = Command::new(env!("CARGO_BIN_EXE_sanad"))
            .args(["chat", "--server", self.service.address()])
            .args(words)
            .current_dir(self.folder.path())
            .env("TZ", "Asia/Riyadh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut typed = running.stdin.take().unwrap();
        lines.iter().for_each(|line| writeln!(typed, "{line}").unwrap());
        drop(typed);
        let Output { status, stdout, stderr } = running.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { shown: text(stdout), error: text(stderr), ended_well: status.success() }
    }
}

impl Said {
    #[track_caller]
    fn has(&self, parts: &[&str]) -> &Said {
        let mut rest = self.shown.as_str();
        for part in parts {
            let at = rest.find(part);
            let at = at.unwrap_or_else(|| panic!("no {part:?} in its place in:\n{}", self.shown));
            rest = &rest[at + part.len()..];
        }
        self
    }

    #[track_caller]
    fn well(&self) -> &Said {
        assert!(self.ended_well, "{}{}", self.shown, self.error);
        self
    }
}

/// One service for all: to begin one costs more than all that is done with it here.
#[test]
fn a_known_customer_goes_on_elsewhere_claims_exports_and_erases_in_the_terminal() {
    let shop = Shop::open();
    goes_on_with_what_is_open_on_another_device(&shop);
    a_conversation_of_a_device_becomes_theirs_at_login(&shop);
    has_their_data_and_has_it_erased_after_one_more_question(&shop);
    who_is_not_known_has_and_erases_this_conversation_alone(&shop);
    a_callback_is_asked_for_at_their_own_time(&shop);
    an_operator_finds_conversations_and_changes_who_the_agents_are(&shop);
}

fn goes_on_with_what_is_open_on_another_device(shop: &Shop) {
    let mona = shop.login("mona");
    let known = ["--lang", "en", "--identity", &mona];
    let nothing_open = shop.chat(&known, &["how much is delivery"]);
    nothing_open.well().has(&["You: how much is delivery"]);
    assert!(!nothing_open.shown.contains("still open"), "{}", nothing_open.shown);

    // By its number, on another device.
    let again = shop.chat(&known, &["7", "1", "/mine", "/resume 1"]);
    again.well().has(&[
        "you have a conversation that is still open:",
        "1. with the bot · “how much is delivery”",
        "no conversation has this number",
        "you go on with this conversation",
        "You: how much is delivery",
        "1. with the bot",
        "you are here",
        "that is this conversation",
    ]);
    assert_eq!(again.shown.matches("Hello!").count(), 1, "nothing was begun: {}", again.shown);

    // Words for the bot begin a new one, and then the old one can be had.
    let both = shop.chat(&known, &["what are your opening hours", "/mine", "/resume 2", "thanks"]);
    both.well().has(&[
        "still open",
        "You: what are your opening hours",
        "1. ",
        "“what are your opening hours”",
        "you are here",
        "2. ",
        "“how much is delivery”",
        "you go on with this conversation",
        "You: how much is delivery",
        "You: thanks",
    ]);

    // In Arabic, and not for somebody else.
    let arabic = ["--lang", "ar", "--identity", &mona];
    shop.chat(&arabic, &["/محادثاتي", "/تابع ١"]).well().has(&[
        "لك محادثات ما زالت مفتوحة",
        "1. تنتظر جوابك: نعم أو لا",
        "2. مع الرد الآلي",
        "تتابع هذه المحادثة الآن",
    ]);
    let omar = shop.login("omar");
    let other = shop.chat(&["--lang", "en", "--identity", &omar], &["/mine", "/resume 2"]);
    other.well().has(&["1. ", "you are here", "no conversation has this number"]);
}

fn a_conversation_of_a_device_becomes_theirs_at_login(shop: &Shop) {
    let huda = shop.login("huda");
    let file = shop.path("chat.json");
    shop.chat(&["--lang", "en", "--resume", &file], &["how much is delivery", "/mine"])
        .well()
        .has(&["nobody has said who you are", "/login TOKEN"]);
    let kept = ["--lang", "en", "--resume", &file, "--identity", &huda];
    shop.chat(&kept, &["/mine"]).well().has(&["this conversation is yours now", "you are here"]);

    // While chatting; what is open elsewhere is told then.
    let login = format!("/login {huda}");
    shop.chat(&["--lang", "ar"], &["مرحبا", &login, "/resume 1"]).well().has(&[
        "صارت هذه المحادثة لك",
        "ومفتوح أيضًا",
        "1. مع الرد الآلي",
        "تتابع هذه المحادثة الآن",
        "how much is delivery",
    ]);

    // It is hers: whoever else logs in on this device sees nothing of it.
    let omar = shop.login("omar");
    let refused = shop.chat(&["--lang", "en", "--resume", &file, "--identity", &omar], &["/mine"]);
    assert!(!refused.ended_well && refused.error.contains("to make the conversation yours"));
    refused.has(&["belongs to another customer"]);
    assert!(!refused.shown.contains("delivery"), "{}", refused.shown);
}

fn has_their_data_and_has_it_erased_after_one_more_question(shop: &Shop) {
    let salma = shop.login("salma");
    let (file, data) = (shop.path("salma.json"), shop.path("mine.jsonl"));
    let known = ["--lang", "en", "--identity", &salma];
    shop.chat(&known, &["how much is delivery"]).well();
    let kept = ["--lang", "en", "--identity", &salma, "--resume", &file];
    let export = format!("/export {data}");
    let new = ["what are your opening hours", &export, "/erase", "no", "/mine"];
    let said = shop.chat(&kept, &new);
    assert!(!said.shown.contains("You: no\n"), "an answer is no message: {}", said.shown);
    said.well().has(&[
        "mine.jsonl (conversations: 2)",
        "erases for good all that is kept of you",
        "nothing was erased",
        "2. ",
    ]);
    let exported = std::fs::read_to_string(&data).unwrap();
    assert!(exported.contains("how much is delivery") && exported.contains("opening hours"));

    // What is there is not written over, and a script ends there.
    let twice = shop.chat(&kept, &[&export]);
    assert!(!twice.ended_well, "{}", twice.shown);
    twice.has(&["mine.jsonl is there already"]);
    assert_eq!(std::fs::read_to_string(&data).unwrap(), exported);

    let arabic = ["--lang", "ar", "--identity", &salma, "--resume", &file];
    let erased = shop.chat(&arabic, &["/امحني", "محو"]);
    erased.well().has(&["كل محادثاتك على كل أجهزتك", "مُحيت نهائيًا (المحادثات: 2)"]);
    assert!(!erased.shown.contains("/reopen"), "{}", erased.shown);
    assert!(!Path::new(&file).exists(), "what it held opens nothing any more");
    let after = shop.chat(&known, &["/mine"]);
    after.well();
    assert!(!after.shown.contains("still open"), "{}", after.shown);
}

fn who_is_not_known_has_and_erases_this_conversation_alone(shop: &Shop) {
    let lines = ["how much is delivery", "/export", "/erase", "ERASE"];
    shop.chat(&["--lang", "en"], &lines).well().has(&[
        "all that is kept of this conversation is in sanad-my-data.jsonl",
        "erases for good all that is kept of this conversation",
        "erased for good (conversations: 1)",
    ]);
    let file = std::fs::read_to_string(shop.path("sanad-my-data.jsonl")).unwrap();
    assert!(file.contains("how much is delivery"), "{file}");
}

fn a_callback_is_asked_for_at_their_own_time(shop: &Shop) {
    // Every day is open then.
    for (lang, words, parts) in [
        (
            "en",
            ["/human", "/callback soon", "/callback tomorrow 15:00"],
            ["that time is not clear", "a colleague will be asked for at", "15:00"],
        ),
        (
            "ar",
            ["/موظف", "/عاودوا قريبا", "/عاودوا غدا الساعة ٣ م"],
            ["هذا الوقت غير واضح", "وعد منا: أطلب لك موظفًا", "15:00"],
        ),
    ] {
        shop.chat(&["--lang", lang], &words).well().has(&parts);
    }
}

fn an_operator_finds_conversations_and_changes_who_the_agents_are(shop: &Shop) {
    shop.chat(&["--lang", "en"], &["how much is delivery", "/human"]).well();
    let found = shop.admin(&["conversations", "--state", "queued", "--last", "1"]);
    found.well().has(&[": waits for an agent · number ", "last before"]);
    let id = found.shown.split(':').next().unwrap().to_owned();
    let one = shop.admin(&["conversation", &id, "--lang", "ar"]);
    one.well().has(&[&id, "تنتظر موظفًا", "بدأت المحادثة", "how much is delivery", "القرار بحسب"]);
    let none = shop.admin(&["conversation", "no-such"]);
    assert!(!none.ended_well && none.error.contains("the conversation"), "{}", none.error);

    let add =
        ["agent", "add", "dana", "--name", "Dana", "--language", "ar=5", "--skill", "billing=2"];
    shop.admin(&add).well().has(&["Dana (dana): offline · 0/3 · ar 5 · billing 2"]);
    shop.admin(&["agent", "change", "dana", "--capacity", "5"])
        .well()
        .has(&["Dana (dana): offline · 0/5 · ar 5 · billing 2"]);
    shop.admin(&["agents"]).well().has(&["Dana (dana)", "Sara (sara)", "from the rules"]);
    shop.admin(&["agent", "remove", "dana", "--lang", "ar"]).well().has(&["dana: أُزيل"]);
    assert!(!shop.admin(&["agents"]).shown.contains("dana"));
    let declared = shop.admin(&["agent", "change", "sara", "--capacity", "9"]);
    assert!(!declared.ended_well, "{}", declared.shown);
}
