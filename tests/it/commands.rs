//! What commands end with, as processes: when nobody reads them any more, and when nothing is meant by
//! what they are asked for.

use crate::service::Service;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn sanad(words: &[&str], out: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    // What they learn is nothing for the cache of whoever tests.
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.args(words).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_command_that_nobody_reads_ends_quietly() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_string_lossy().into_owned();
    for words in [
        vec!["schema", "faq"],
        vec!["doctor", "--no-scripts", "--data", &data],
        vec!["explain", "where is my order"],
        vec!["check"],
        vec!["sim", "--conversations", "1"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = sanad(&words, Stdio::from(writer));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!said.contains("panicked"), "{words:?}: {said}");
        assert!(ended.status.code().is_some(), "{words:?}");
    }
}

#[test]
fn a_test_that_plays_nothing_is_no_success_and_says_what_there_is() {
    for (lang, said) in [("en", "no scripted conversation"), ("ar", "لا توجد محادثة")] {
        let words = ["test", "--only", "no such name", "--lang", lang];
        let ended = sanad(&words, Stdio::piped());
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{told}");
        assert!(told.contains(said), "{told}");
        assert!(told.lines().count() > 50, "the names are there to choose from: {told}");
    }
}

/// A server that hangs: whoever connects is never answered.
fn silent_server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn a_terminal_whose_server_hangs_says_so_and_a_script_ends() {
    let (_listener, url) = silent_server();
    let data = tempfile::tempdir().unwrap();
    let keys = data.path().join("keys");
    std::fs::create_dir_all(&keys).unwrap();
    for role in ["agent_sara", "supervisor_main"] {
        std::fs::write(keys.join(format!("{role}.key")), format!("sanad_{role}_00")).unwrap();
    }
    let data = data.path().to_string_lossy().into_owned();
    for (words, told) in [
        (vec!["chat", "--lang", "ar"], "تعذّر الوصول إلى سند الآن"),
        (vec!["chat", "--lang", "en"], "cannot be reached right now"),
        (vec!["agent", "--as", "sara", "--lang", "ar", "--data", &data], "تعذّر الوصول إلى سند الآن"),
        (vec!["supervise", "--lang", "en", "--data", &data], "cannot be reached right now"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        command.args(&words).args(["--server", &url, "--patience", "4"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all("مرحبا\n".as_bytes()).unwrap();
        let ended = running.wait_with_output().unwrap();
        let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
        let error = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(4), "{words:?}: {shown}{error}");
        assert!(shown.contains(told), "{words:?}: {shown}");
        let how_long =
            if words.contains(&"ar") { "خلال هذه الثواني: 4" } else { "within 4 s" };
        assert!(error.contains(how_long), "{words:?}: {error}");
    }
}

#[test]
fn an_explanation_says_that_a_detail_is_asked_for_first() {
    for (lang, told) in [("en", "so the bot: asks first for"), ("ar", "يسأل أولًا عن")] {
        let ended = sanad(&["explain", "وين طلبي", "--lang", lang], Stdio::piped());
        let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(shown.contains(told) && shown.contains("order_number"), "{shown}");
        // What the message holds already is not asked for.
        let ended = sanad(&["explain", "وين طلبي 123456", "--lang", lang], Stdio::piped());
        let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(!shown.contains(told), "{shown}");
    }
}

#[test]
fn what_was_imported_in_one_language_is_answered_in_the_other_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, config) = (folder.path().join("rows.csv"), folder.path().join("config"));
    let mut text = String::from("text,intent,lang\n");
    for (entry, examples) in [
        ("order", ["where is my order", "has my package shipped yet", "when will my order arrive"]),
        ("refund", ["i want my money back", "how do i get a refund", "refund my payment"]),
        ("hours", ["when do you open", "what are your opening hours", "are you open on friday"]),
        ("address", ["change my address", "i need another address", "update the delivery address"]),
    ] {
        examples.iter().for_each(|example| text += &format!("{example},{entry},en\n"));
    }
    std::fs::write(&rows, text).unwrap();
    let [rows, config] = [rows, config].map(|path| path.to_string_lossy().into_owned());
    let ended = sanad(&["import", &rows, "--out", &config], Stdio::piped());
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let explain = |text: &str, lang: &str| {
        let asked = ["explain", text, "--lang", lang, "--config", &config];
        String::from_utf8_lossy(&sanad(&asked, Stdio::piped()).stdout).into_owned()
    };
    for (lang, winner, runner_up) in [
        ("en", "because of “REFUND” 0.", "because of “another” 0."),
        ("ar", "بسبب “\u{2068}REFUND\u{2069}” 0.", "بسبب “\u{2068}another\u{2069}” 0."),
    ] {
        let shown = explain("a REFUND or another delivry", lang);
        let told: Vec<&str> = shown.lines().filter(|line| line.contains("0.")).collect();
        assert!(told[1].contains(winner) && told[3].contains(runner_up), "{shown}");
        // No example has the word: its letters are named.
        assert!(told[3].contains("deliv…"), "{shown}");
        assert!(!told[1].contains("another") && !told[3].contains("REFUND"), "{shown}");
    }
    for (lang, sure, basis) in [
        ("en", "sure of refund", "[meanings shared with examples of the other language]"),
        ("ar", "متأكد من", "[معانٍ مشتركة مع أمثلة اللغة الأخرى]"),
    ] {
        let shown = explain("ابغى استرداد المبلغ", lang);
        assert!(shown.contains(sure) && shown.contains(basis), "{shown}");
        let plain: String =
            shown.chars().filter(|c| !('\u{2066}'..='\u{2069}').contains(c)).collect();
        assert!(plain.contains("“استرداد” = refund 0."), "{shown}");
    }
}

/// The output of a service until this line came; the service is killed then.
fn served(folder: &Path, log: &Path, until: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(folder.join("config"));
    command.arg("--data").arg(folder.join("data"));
    command.env_remove("CARGO").env_remove("NO_COLOR").env("TERM", "xterm");
    command.stdout(Stdio::piped()).stderr(File::create(log).unwrap());
    let mut running = command.spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(running.stdout.take().unwrap()).lines().map_while(Result::ok) {
        said += &format!("{line}\n");
        if line.contains(until) {
            break;
        }
    }
    running.kill().unwrap();
    running.wait().unwrap();
    said
}

#[test]
fn a_service_says_what_was_begun_how_to_go_on_and_last_that_its_rules_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    crate::service::copy(Path::new("config"), &folder.join("config"));
    let log = folder.join("log");
    let program = env!("CARGO_BIN_EXE_sanad");
    let first = served(folder, &log, "agent --as");
    assert!(first.contains("Keys and secrets were begun anew in"), "{first}");
    assert!(first.contains(&format!("  {program} chat --server")), "{first}");
    let logged = std::fs::read(&log).unwrap();
    assert!(!logged.is_empty() && !logged.contains(&0x1b), "a log in a file has no colours");

    let bot = folder.join("config/bot.yaml");
    let mut text = std::fs::read_to_string(&bot).unwrap();
    (0..30).for_each(|number| text += &format!("no_such_key_{number}: 1\n"));
    std::fs::write(&bot, text).unwrap();
    let again = served(folder, &log, "The config folder is refused");
    assert!(!again.contains("begun anew"), "{again}");
    assert!(
        again.contains(&format!("--> {}:", bot.display())),
        "a place that can be opened: {again}"
    );
    assert!(again.contains("and 20 more: run sanad check"), "{again}");
    let places = ["agent --as", "--> ", "more: run sanad check", "the last good rules"];
    let found: Vec<usize> = places.iter().map(|place| again.find(place).unwrap()).collect();
    assert!(found.is_sorted(), "what must not be missed stands last: {again}");
}

#[test]
fn what_nothing_was_ever_served_from_is_examined_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, missing) = (folder.path().join("empty"), folder.path().join("missing"));
    std::fs::create_dir(&empty).unwrap();
    for (data, code) in [(&empty, 1), (&missing, 2)] {
        let data = data.to_str().unwrap();
        for (lang, never) in [("en", "nothing was ever served"), ("ar", "قط")] {
            let words = ["doctor", "--no-scripts", "--data", data, "--lang", lang];
            let ended = sanad(&words, Stdio::piped());
            let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
            assert_eq!(ended.status.code(), Some(code), "{shown}");
            assert!(shown.contains(never) && shown.contains("sanad serve --data"), "{shown}");
            assert!(!shown.contains("sanad.redb"), "no store is missed: {shown}");
        }
    }
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
    assert!(!missing.exists());
}

#[test]
fn archived_conversations_are_looked_for_in_the_data_folder_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    for (lang, told) in [("en", "nothing is archived in"), ("ar", "لا شيء في الأرشيف")]
    {
        let ended = sanad(&["archive", "--data", data, "--lang", lang], Stdio::piped());
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success() && said.contains(told), "{said}");
        assert!(said.contains(&format!("{data}/archive")), "{said}");
    }
}

#[test]
fn a_mistake_on_the_command_line_is_told_in_arabic_to_who_asks_for_it() {
    let told = |words: &[&str]| {
        let ended = sanad(words, Stdio::piped());
        assert_eq!(ended.status.code(), Some(2), "{words:?}");
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    let arabic = told(&["admin", "--lang", "ar", "nosuch"]);
    assert!(arabic.starts_with("خطأ: ") && arabic.contains("nosuch"), "{arabic}");
    assert!(arabic.contains("الاستعمال:") && !arabic.contains("error"), "{arabic}");
    assert!(told(&["admin", "nosuch"]).starts_with("error: "));
}

#[test]
fn what_the_bot_would_say_is_shown_with_the_explanation() {
    for (lang, says) in [("en", "it says:"), ("ar", "ويقول:")] {
        let ended = sanad(&["explain", "وين طلبي", "--lang", lang], Stdio::piped());
        let shown = String::from_utf8_lossy(&ended.stdout).into_owned();
        let (_, said) = shown.split_once(says).unwrap_or_else(|| panic!("{shown}"));
        assert!(said.contains("رقم طلبك"), "{shown}");
    }
}

#[test]
fn a_script_goes_on_after_a_refusal_and_agents_are_called_by_their_arabic_names() {
    let service = Service::start();
    let ask = |words: &[&str], lines: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        command.args(words).args(["--server", service.address(), "--lang", "ar"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let ended = running.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
    };
    let (code, shown, error) = ask(&["chat"], "/reopen\nوين طلبي\n");
    assert_eq!(code, Some(1), "{shown}{error}");
    assert_eq!(shown.matches("لم يتم: ").count(), 1, "{shown}{error}");
    assert!(shown.contains("رقم طلبك"), "the next line is answered: {shown}{error}");
    assert!(error.contains("لم يتم كل شيء") && !error.contains("WRONG_STATE"), "{error}");
    let data = service.data();
    let data = data.to_str().unwrap();
    let (code, shown, error) = ask(&["admin", "agents", "--data", data], "");
    assert_eq!(code, Some(0), "{error}");
    assert!(shown.contains("سارة (sara)"), "{shown}");
    // This machine's clock is another one, or is named differently.
    let (_, shown, error) = ask(&["admin", "rules", "--data", data], "");
    assert!(shown.contains(" Asia/Riyadh"), "by the shop's clock: {shown}{error}");
}
