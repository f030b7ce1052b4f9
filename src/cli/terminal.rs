//! The terminal: what it can show, lines that come in while the person types, and foreign text
//! made harmless. What is shown is decided elsewhere; nothing here knows a conversation.

use super::locale;
use crate::domain::language::Language;
use owo_colors::{OwoColorize, Style};
use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Write};
use tokio::sync::mpsc;

/// What the output can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours and emoji as labels.
    pub rich: bool,
    /// Marks that keep right-to-left and left-to-right text apart; noise in a file.
    pub marks: bool,
}

impl Look {
    /// For files, pipes and tests that read words.
    pub const PLAIN: Look = Look { rich: false, marks: false };
    /// For a terminal with everything.
    pub const RICH: Look = Look { rich: true, marks: true };

    /// What the standard output can carry. `NO_COLOR` is heeded.
    pub fn of_stdout() -> Look {
        let out = io::stdout();
        Look { rich: colours_on(&out), marks: out.is_terminal() }
    }

    /// Text in a style, if there are colours.
    pub fn paint(self, text: &str, style: Style) -> String {
        if self.rich { text.style(style).to_string() } else { text.to_owned() }
    }

    /// Text of somebody else: harmless, and kept from mixing with its surroundings.
    pub fn foreign(self, text: &str) -> String {
        let clean = clean(text);
        match self.marks && !clean.is_empty() {
            // First strong isolate … pop directional isolate.
            true => format!("\u{2068}{clean}\u{2069}"),
            false => clean,
        }
    }
}

/// Whether colours can be seen there. `NO_COLOR` is heeded.
pub fn colours_on(out: &impl IsTerminal) -> bool {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    out.is_terminal() && !no_colour && !dumb
}

/// Takes out what would move the cursor, change colours or turn the direction of what follows:
/// a message must not be able to draw another speaker's label. What parts words goes on parting them.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if matches!(c, '\t' | '\n') { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns(*c))
        .collect()
}

/// What stands below the lines and may be drawn over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foot {
    Nothing,
    Prompt,
    StatusAndPrompt,
}

/// Where lines are shown while a person types below them.
pub struct Screen {
    out: Box<dyn Write + Send>,
    interactive: bool,
    prompt: &'static str,
    status: Option<String>,
    /// The status that was read last.
    told: Option<String>,
    drawn: Foot,
}

impl Screen {
    /// On `out`; `interactive` if a person types into the same terminal.
    pub fn new(out: Box<dyn Write + Send>, interactive: bool) -> Screen {
        let (status, told, drawn) = (None, None, Foot::Nothing);
        Screen { out, interactive, prompt: "› ", status, told, drawn }
    }

    /// Shows lines for good, above the status and what is being typed.
    pub fn show(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        // A status that has scrolled up is not drawn again: it said nothing new since.
        let with_status = self.drawn == Foot::StatusAndPrompt;
        let mut text = self.lift();
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&self.foot(with_status));
        self.put(&text);
    }

    /// Changes the status line, which is shown when it says something new. Without a person in
    /// front of it, it is a line like others.
    pub fn set_status(&mut self, status: Option<String>) {
        if self.status == status {
            return;
        }
        let is_news = status.is_some() && self.told != status;
        if is_news {
            self.told.clone_from(&status);
        }
        let text = if self.interactive {
            let lift = self.lift();
            self.status = status;
            lift + &self.foot(is_news)
        } else {
            self.status = status;
            let line = self.status.as_ref().filter(|_| is_news);
            line.map(|line| format!("{line}\n")).unwrap_or_default()
        };
        self.put(&text);
    }

    /// The matter of the status is over: the same words again are about something new, and news.
    pub fn forget_status(&mut self) {
        self.status = None;
        self.told = None;
    }

    /// The person pressed return: what stood there has scrolled up and stays.
    pub fn typed(&mut self) {
        if self.interactive {
            self.drawn = Foot::Nothing;
            let foot = self.foot(false);
            self.put(&foot);
        }
    }

    /// Takes the prompt away, at the end.
    pub fn close(&mut self) {
        if self.interactive {
            let lift = self.lift();
            self.put(&lift);
            self.interactive = false;
        }
    }

    fn lift(&mut self) -> String {
        match std::mem::replace(&mut self.drawn, Foot::Nothing) {
            Foot::Nothing => String::new(),
            Foot::Prompt => "\r\x1b[K\r\x1b[J".to_owned(),
            Foot::StatusAndPrompt => "\r\x1b[K\x1b[1A\r\x1b[J".to_owned(),
        }
    }

    fn foot(&mut self, with_status: bool) -> String {
        if !self.interactive {
            return String::new();
        }
        match self.status.as_ref().filter(|_| with_status) {
            Some(status) => {
                self.drawn = Foot::StatusAndPrompt;
                format!("{status}\n{}", self.prompt)
            }
            None => {
                self.drawn = Foot::Prompt;
                self.prompt.to_owned()
            }
        }
    }

    fn put(&mut self, text: &str) {
        // Who closed the output does not want to read; the command goes on to end in order.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// Writes to the standard output. Who closed it, as `head` does, does not want to read on, and that
/// is no failure.
pub fn print(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A person or a script in front of a command.
pub struct Terminal {
    /// What is typed, line by line; ends with the input.
    pub lines: mpsc::Receiver<String>,
    /// Where things are shown.
    pub screen: Screen,
    /// What the screen can carry.
    pub look: Look,
    /// Whether a person types here, as opposed to a script.
    pub interactive: bool,
    /// What was typed before it could be of use; it is read first.
    pub early: VecDeque<String>,
    /// The language the system is set to, if it is one of ours.
    pub locale: Option<Language>,
}

impl Terminal {
    /// Standard input and output.
    pub fn open() -> Terminal {
        let interactive = io::stdin().is_terminal() && io::stdout().is_terminal();
        let (sender, lines) = mpsc::channel(64);
        // A thread of its own, not tokio's: a read that never returns must not hold up the end.
        std::thread::spawn(move || read_lines(io::stdin().lock(), &sender));
        let screen = Screen::new(Box::new(io::stdout()), interactive);
        let (look, early, locale) = (Look::of_stdout(), VecDeque::new(), locale::of_system());
        Terminal { lines, screen, look, interactive, early, locale }
    }

    /// The next line; `None` at the end of the input. Nothing is lost if it is not waited for.
    pub async fn line(&mut self) -> Option<String> {
        match self.early.pop_front() {
            Some(line) => Some(line),
            None => self.lines.recv().await,
        }
    }
}

/// Waits until somebody wants the command to end: ctrl-c, or the system's polite signal.
pub async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

fn read_lines(mut input: impl BufRead, lines: &mpsc::Sender<String>) {
    let mut bytes = Vec::new();
    while matches!(input.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
        let line = String::from_utf8_lossy(&bytes);
        if lines.blocking_send(line.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// A terminal whose lines come from a test and whose output a test reads.
#[cfg(test)]
pub mod fake {
    use super::{Look, Screen, Terminal};
    use std::collections::VecDeque;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use tokio::sync::mpsc;

    /// What was shown so far.
    #[derive(Clone, Default)]
    pub struct Shown(Arc<Mutex<Vec<u8>>>);

    impl Shown {
        /// All of it.
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        /// Waits until this was shown; the test's own time limit is the server's patience.
        pub async fn until(&self, what: &str) {
            let found = async {
                while !self.text().contains(what) {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            };
            let limit = std::time::Duration::from_secs(20);
            if tokio::time::timeout(limit, found).await.is_err() {
                panic!("{what:?} was not shown, but:\n{}", self.text());
            }
        }
    }

    impl Write for Shown {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// As a script sees it: plain, and waiting for each answer.
    pub fn script() -> (Terminal, mpsc::Sender<String>, Shown) {
        let shown = Shown::default();
        let (sender, lines) = mpsc::channel(64);
        let screen = Screen::new(Box::new(shown.clone()), false);
        let (look, early) = (Look::PLAIN, VecDeque::new());
        let terminal = Terminal { lines, screen, look, interactive: false, early, locale: None };
        (terminal, sender, shown)
    }

    /// As a person sees it, on a screen without colours.
    pub fn person() -> (Terminal, mpsc::Sender<String>, Shown) {
        let (mut terminal, sender, shown) = script();
        terminal.interactive = true;
        terminal.screen = Screen::new(Box::new(shown.clone()), true);
        (terminal, sender, shown)
    }
}

#[cfg(test)]
mod tests {
    use super::fake::Shown;
    use super::*;

    #[test]
    fn foreign_text_cannot_draw_on_the_screen_or_turn_what_follows() {
        let text = "\x1b[2J\u{202E}مرحبا\u{2069}\ra\tb\r\nc";
        assert_eq!(Look::PLAIN.foreign(text), "[2Jمرحباa b c");
        assert_eq!(Look::RICH.foreign("سند"), "\u{2068}سند\u{2069}");
    }

    #[test]
    fn colours_are_only_where_they_can_be_seen() {
        assert_eq!(Look::PLAIN.paint("x", Style::new().red()), "x");
        assert!(Look::RICH.paint("x", Style::new().red()).contains('\x1b'));
    }

    #[test]
    fn a_script_reads_lines_and_each_new_status_once() {
        let shown = Shown::default();
        let mut screen = Screen::new(Box::new(shown.clone()), false);
        screen.show(&["one".into()]);
        screen.set_status(Some("2nd in line".into()));
        screen.set_status(Some("2nd in line".into()));
        screen.set_status(None);
        screen.set_status(Some("2nd in line".into()));
        screen.show(&["two".into()]);
        screen.typed();
        screen.close();
        assert_eq!(shown.text(), "one\n2nd in line\ntwo\n");
    }

    #[test]
    fn a_person_keeps_prompt_and_status_below_what_comes_in() {
        let shown = Shown::default();
        let mut screen = Screen::new(Box::new(shown.clone()), true);
        screen.show(&["one".into()]);
        assert!(shown.text().ends_with("one\n› "));
        screen.set_status(Some("waiting".into()));
        screen.show(&["two".into()]);
        let text = shown.text();
        assert!(text.ends_with("\r\x1b[K\x1b[1A\r\x1b[Jtwo\nwaiting\n› "), "{text:?}");
        // What was typed has pushed the status up: it is not said again until it changes.
        screen.typed();
        screen.show(&["three".into()]);
        screen.set_status(Some("waiting".into()));
        let text = shown.text();
        assert!(text.ends_with("waiting\n› › \r\x1b[K\r\x1b[Jthree\n› "), "{text:?}");
        screen.set_status(Some("next".into()));
        assert!(shown.text().ends_with("three\n› \r\x1b[K\r\x1b[Jnext\n› "));
    }

    #[test]
    fn the_same_status_about_something_new_is_shown_again() {
        for interactive in [false, true] {
            let shown = Shown::default();
            let mut screen = Screen::new(Box::new(shown.clone()), interactive);
            screen.set_status(Some("seen".into()));
            screen.typed();
            screen.set_status(Some("seen".into()));
            assert_eq!(shown.text().matches("seen").count(), 1);
            screen.forget_status();
            screen.show(&["more".into()]);
            screen.set_status(Some("seen".into()));
            assert_eq!(shown.text().matches("seen").count(), 2, "{:?}", shown.text());
        }
    }

    #[test]
    fn lines_come_whole_also_the_last_one_without_an_end() {
        let (sender, mut lines) = mpsc::channel(8);
        read_lines("one\r\nاثنان\nthree".as_bytes(), &sender);
        drop(sender);
        let all: Vec<String> = std::iter::from_fn(|| lines.blocking_recv()).collect();
        assert_eq!(all, ["one", "اثنان", "three"]);
    }
}
