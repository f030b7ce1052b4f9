//! Offers, packets and lists as lines to read. Pure; the present is handed in, in seconds.

use super::work::{Item, Kind, Work};
use crate::cli::refused::refused;
use crate::cli::transcript::{Transcript, text_of, title_of};
use crate::cli::words::{self, pick};
use crate::grpc::pb::{
    Agent, Attendance, HandoffPacket, LocalizedText, Offer, Presence, Standing, SuggestedReply,
    WaitingConversation,
};
use owo_colors::Style;
use prost_types::Timestamp;
use tonic::Status;

/// The best ones help; a screen full of them hides the rest of the packet.
const SUGGESTIONS_SHOWN: usize = 3;

/// How an agent's desk shows things.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    /// Language and look.
    pub transcript: Transcript,
}

impl Show {
    /// A new offer: why, for whom, one sentence, and how to take it.
    pub fn offer(&self, number: u32, offer: &Offer, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let title =
            format!("{} {number}: {}", pick(l, "offer", "عرض"), words::handoff(l, offer.reason()),);
        let mut facts = vec![
            words::priority(l, offer.priority()).to_owned(),
            self.tongues(&offer.language, &offer.also_language),
            self.queue(&offer.queue_title, &offer.queue_id),
        ];
        facts.extend(self.waits(offer.waiting_since.as_ref(), now));
        facts.extend(self.attends(offer.attendance()));
        let mut lines = vec![
            self.transcript.look.paint(&title, Style::new().yellow().bold()),
            facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "),
        ];
        lines.extend(self.text(&text_of(&offer.headline)));
        let how = format!("/accept {number}  /decline {number} …");
        lines.push(match left(offer, now) {
            Some(left) => {
                format!("{how} ({} {})", pick(l, "within", "خلال"), words::span(l, left))
            }
            None => how,
        });
        lines
    }

    /// How long each offer still lasts and who types; else whether the last words were read.
    pub fn countdown(&self, work: &Work, now: i64) -> Option<String> {
        let l = self.transcript.language;
        let each = |number: u32, offer: &Offer| {
            let left = left(offer, now).map(|left| format!(" {}", words::span(l, left)));
            format!("{} {number}{}", pick(l, "offer", "عرض"), left.unwrap_or_default())
        };
        let types = |number| format!("[{number}] {}", pick(l, "is typing …", "يكتب …"));
        let offers = work.offers().map(|(target, offer)| each(target.number, offer));
        let all: Vec<String> = offers.chain(work.typing(now).map(types)).collect();
        if all.is_empty() {
            return work.seen().map(|_| self.transcript.seen());
        }
        let mark = if self.transcript.look.rich { "⏳" } else { "*" };
        let line = format!("{mark} {}", all.join(" · "));
        Some(self.transcript.look.paint(&line, Style::new().yellow()))
    }

    /// All that the agent must know, so that nobody asks twice.
    pub fn packet(&self, number: u32, packet: &HandoffPacket, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let title = format!("—— {} {number} ——", pick(l, "conversation", "محادثة"));
        let mut lines = vec![self.transcript.look.paint(&title, Style::new().bold())];
        lines.extend(self.text(&text_of(&packet.headline)));
        lines.push(self.field("why", "السبب", words::handoff(l, packet.reason())));
        let signals = packet.signals.iter().map(|signal| self.transcript.signal(signal));
        lines.extend(signals.map(|signal| format!("- {signal}")));
        let tried: Vec<String> = packet
            .tried
            .iter()
            .map(|tried| match text_of(&tried.title) {
                title if title.is_empty() => self.foreign(&tried.entry_id),
                title => self.foreign(&title),
            })
            .collect();
        if !tried.is_empty() {
            let between = pick(l, "; ", "؛ ");
            lines.push(self.field("tried", "جُرّب", &tried.join(between)));
        }
        let open = text_of(&packet.open_question);
        if !open.is_empty() {
            lines.push(self.field("still asks", "ما زال يسأل", &self.foreign(&open)));
        }
        if !packet.channel.is_empty() {
            lines.push(self.field(
                "came by",
                "جاء عبر",
                &self.foreign(words::channel(l, &packet.channel)),
            ));
        }
        for (name, fact) in &packet.facts {
            lines.push(format!("{name}: {}", self.transcript.fact(fact)));
        }
        lines.extend(self.circumstances(packet, now));
        lines.extend(self.helps(packet));
        if !packet.transcript.is_empty() {
            lines.push(self.field("so far", "ما سبق", ""));
            lines.extend(self.transcript.events(&packet.transcript));
        }
        lines.push("——".to_owned());
        lines
    }

    /// Who waits and could be taken by hand, by number.
    pub fn waiting(&self, waiting: &[WaitingConversation], now: i64) -> Vec<String> {
        let l = self.transcript.language;
        if waiting.is_empty() {
            return vec![
                self.say("nobody waits whom you could take", "لا أحد ينتظر ممن يمكنك أخذه"),
            ];
        }
        let row = |(number, it): (usize, &WaitingConversation)| {
            let mut facts = vec![
                words::handoff(l, it.reason()).to_owned(),
                self.queue(&it.queue_title, &it.queue_id),
                words::priority(l, it.priority()).to_owned(),
            ];
            facts.extend(self.waits(it.waiting_since.as_ref(), now));
            facts.extend(self.attends(it.attendance()));
            if it.ahead > 0 {
                facts.push(format!("{}: {}", pick(l, "go before it", "يسبقونها"), it.ahead));
            }
            let headline = self.foreign(&text_of(&it.headline));
            format!("{}. {}: {headline}", number + 1, facts.join(" · "))
        };
        let mut lines: Vec<String> = waiting.iter().enumerate().map(row).collect();
        lines.push(self.say("/claim n takes one of them", "/claim n لأخذ واحدة منها"));
        lines
    }

    /// What might be answered, by number.
    pub fn replies(&self, replies: &[SuggestedReply]) -> Vec<String> {
        let l = self.transcript.language;
        if replies.is_empty() {
            return vec![self.say("nothing to suggest", "لا اقتراحات")];
        }
        let row = |(number, reply): (usize, &SuggestedReply)| {
            let source = words::reply_source(l, reply.source());
            let about = match (reply.entry_id.as_str(), text_of(&reply.title)) {
                ("", title) if title.is_empty() => source.to_owned(),
                ("", title) => format!("{source}: {}", self.foreign(&title)),
                (entry, title) => {
                    let between = pick(l, ", ", "، ");
                    format!("{}{between}{}", self.foreign(&title), self.foreign(entry))
                }
            };
            format!("{}. [{about}] {}", number + 1, self.foreign(&text_of(&reply.text)))
        };
        let mut lines: Vec<String> = replies.iter().enumerate().map(row).collect();
        lines.push(self.say("/use n sends one of them", "/use n لإرسال أحدها"));
        lines
    }

    /// What is offered and held.
    pub fn list(&self, work: &Work, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let current = work.current().map(|target| target.number);
        let row = |item: &Item| {
            let number = item.target.number;
            let mark = if current == Some(number) { "▸ " } else { "" };
            let kind = match &item.kind {
                Kind::Held(held) => {
                    let mut facts = vec![pick(l, "yours", "لك").to_owned()];
                    facts.extend(held.standing.iter().flat_map(|it| self.standing(it, now)));
                    if held.seen.is_seen() {
                        facts.push(pick(l, "seen", "قُرئت").to_owned());
                    }
                    facts.join(pick(l, ", ", "، "))
                }
                Kind::Offered(offer) => match left(offer, now) {
                    Some(left) => {
                        let offered = pick(l, "offered, ", "معروضة، ");
                        format!("{offered}{}", words::span(l, left))
                    }
                    None => pick(l, "offered", "معروضة").to_owned(),
                },
            };
            let headline = self.foreign(&text_of(&item.headline));
            format!("{mark}{number}. {kind}: {headline}")
        };
        let rows: Vec<String> = work.items().map(row).collect();
        if rows.is_empty() {
            return vec![self.say("nothing offered, nothing held", "لا عروض ولا محادثات")];
        }
        rows
    }

    /// Who waits for whom, how much is unanswered, and what happens next by itself.
    fn standing(&self, standing: &Standing, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let mut facts: Vec<String> =
            self.waits(standing.waiting_since.as_ref(), now).into_iter().collect();
        facts.extend(self.attends(standing.attendance()));
        if standing.unanswered > 0 {
            facts.push(format!("{}: {}", pick(l, "unanswered", "دون رد"), standing.unanswered));
        }
        if let (Some(step), Some(at)) =
            (words::next_step(l, standing.next_step()), &standing.next_at)
        {
            let left = words::span(l, (at.seconds - now).max(0));
            facts.push(format!("{step} {} {left}", pick(l, "in", "بعد")));
        }
        facts
    }

    /// How the agent stands.
    pub fn presence(&self, presence: Presence, why: &str) -> String {
        let l = self.transcript.language;
        let word = words::presence(l, presence);
        let are = format!("{}: {word}", pick(l, "you are", "أنت الآن"));
        let line = match why {
            "" => are,
            why => format!("{are} ({})", self.foreign(words::away(l, why))),
        };
        // Whoever did not go away by themselves is told the way back.
        let line = match why {
            "unanswered_offers" => format!("{line}; /back"),
            _ => line,
        };
        self.transcript.remark(&line)
    }

    /// What was there when the desk opened.
    pub fn signed_in(&self, agent: &Agent) -> String {
        let name = agent.profile.as_ref().map(|profile| profile.name.as_str()).unwrap_or_default();
        let name = title_of(&agent.names, name, self.transcript.language);
        let hello = pick(self.transcript.language, "signed in", "تم تسجيل الدخول");
        let help =
            pick(self.transcript.language, "; /help shows the commands", "؛ /help لعرض الأوامر");
        self.transcript.remark(&format!("{hello}: {}{help}", self.foreign(name)))
    }

    /// A refusal.
    pub fn refused(&self, status: &Status) -> String {
        let Transcript { language, look, .. } = self.transcript;
        self.transcript.remark(&refused(language, look, status))
    }

    /// A sentence of the desk's own.
    pub fn say(&self, en: &str, ar: &str) -> String {
        self.transcript.remark(pick(self.transcript.language, en, ar))
    }

    /// A sentence about one thing on the desk.
    pub fn about(&self, number: u32, en: &str, ar: &str) -> String {
        self.transcript.remark(&format!("{number}: {}", pick(self.transcript.language, en, ar)))
    }

    /// That plain lines go to another customer than the one who was just shown.
    pub fn written_elsewhere(&self, current: u32, shown: u32) -> Option<String> {
        let en = format!("you still write to {current}; /to {shown} for this one");
        let ar = format!("ما تكتبه يصل إلى {current}؛ ولهذه: /to {shown}");
        (current != shown).then(|| self.say(&en, &ar))
    }

    /// To whom plain lines go after the one they went to is gone.
    pub fn written_now(&self, number: u32) -> String {
        let (en, ar) =
            (format!("you write to {number} now"), format!("ما تكتبه الآن يصل إلى {number}"));
        self.say(&en, &ar)
    }

    /// What a queue is called.
    fn queue(&self, titles: &[LocalizedText], id: &str) -> String {
        self.foreign(title_of(titles, id, self.transcript.language))
    }

    /// The customer's language, and the one they agreed to be helped in as well.
    fn tongues(&self, own: &str, also: &str) -> String {
        let l = self.transcript.language;
        let own = self.foreign(words::tongue(l, own));
        if also.is_empty() {
            return own;
        }
        let also = self.foreign(words::tongue(l, also));
        format!("{own} ({} {also})", pick(l, "agreed to", "ووافق على"))
    }

    fn circumstances(&self, packet: &HandoffPacket, now: i64) -> Vec<String> {
        let l = self.transcript.language;
        let mut facts = vec![
            self.tongues(&packet.language, &packet.also_language),
            self.queue(&packet.queue_title, &packet.queue_id),
            words::priority(l, packet.priority()).to_owned(),
        ];
        facts.extend(self.waits(packet.waiting_since.as_ref(), now));
        if let Some(waited) = &packet.waited {
            let waited = words::span(l, waited.seconds);
            facts.push(format!("{} {waited}", pick(l, "waited", "انتظر")));
        }
        facts.extend(self.attends(packet.attendance()));
        if packet.earlier_handoffs > 0 {
            let times = pick(l, "earlier handoffs", "تحويلات سابقة");
            facts.push(format!("{times}: {}", packet.earlier_handoffs));
        }
        facts.retain(|fact| !fact.is_empty());
        vec![facts.join(" · ")]
    }

    fn helps(&self, packet: &HandoffPacket) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(promise) = &packet.promise {
            lines.push(self.field("promised", "وُعد العميل", &self.transcript.promise(promise)));
        }
        // Each colleague's note is a line of its own.
        let notes = packet.note.lines().filter(|note| !note.trim().is_empty());
        lines.extend(notes.map(|note| self.field("note", "ملاحظة", &self.foreign(note))));
        for suggested in packet.suggestions.iter().take(SUGGESTIONS_SHOWN) {
            let title = self.foreign(&text_of(&suggested.title));
            let text = self.foreign(&text_of(&suggested.text));
            lines.push(self.field("may help", "قد يفيد", &format!("{title}: {text}")));
        }
        let opening = text_of(&packet.opening);
        if !opening.is_empty() {
            lines.push(self.field("begin with", "ابدأ بـ", &self.foreign(&opening)));
        }
        lines
    }

    fn field(&self, en: &str, ar: &str, value: &str) -> String {
        let name = pick(self.transcript.language, en, ar);
        let space = if value.is_empty() { "" } else { " " };
        format!("{}:{space}{value}", self.transcript.look.paint(name, Style::new().bold()))
    }

    fn waits(&self, since: Option<&Timestamp>, now: i64) -> Option<String> {
        let l = self.transcript.language;
        let waited = words::span(l, now - since?.seconds);
        Some(format!("{} {waited}", pick(l, "waits", "ينتظر منذ")))
    }

    fn attends(&self, attendance: Attendance) -> Option<String> {
        words::attendance(self.transcript.language, attendance).map(str::to_owned)
    }

    fn text(&self, text: &str) -> Vec<String> {
        text.lines().map(|row| self.foreign(row)).collect()
    }

    fn foreign(&self, text: &str) -> String {
        self.transcript.look.foreign(text)
    }
}

/// Seconds until an offer ends by itself.
fn left(offer: &Offer, now: i64) -> Option<i64> {
    offer.expires_at.as_ref().map(|at| (at.seconds - now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::{said, text};
    use crate::cli::terminal::Look;
    use crate::cli::transcript::Reader;
    use crate::domain::language::Language;
    use crate::grpc::pb::{
        Evidence, HandoffReason, Party, Priority, Signal, SignalKind, SuggestedAnswer, TriedAnswer,
    };

    fn show(language: Language) -> Show {
        let look = Look::PLAIN;
        Show { transcript: Transcript { look, language, reader: Reader::Staff } }
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp { seconds, nanos: 0 })
    }

    fn offer() -> Offer {
        Offer {
            conversation_id: "c1".into(),
            reason: HandoffReason::Frustration.into(),
            headline: text("وين الطلب؟ جُرّب التتبع، غاضب"),
            language: "ar".into(),
            queue_id: "support".into(),
            priority: Priority::High.into(),
            waiting_since: at(1_000),
            expires_at: at(1_145),
            attendance: Attendance::Gone.into(),
            ..Offer::default()
        }
    }

    #[test]
    fn an_offer_tells_why_for_whom_and_how_long_it_lasts() {
        assert_eq!(
            show(Language::En).offer(1, &offer(), 1_125),
            [
                "offer 1: angry or let down",
                "high · Arabic · support · waits 2 min 5 s · has closed the page",
                "وين الطلب؟ جُرّب التتبع، غاضب",
                "/accept 1  /decline 1 … (within 20 s)",
            ]
        );
        let title = |language: &str, words: &str| LocalizedText {
            text: words.into(),
            language: language.into(),
            ..Default::default()
        };
        let queue_title = vec![title("ar", "الدعم"), title("en", "Support")];
        let titled = Offer { queue_title, ..offer() };
        let arabic = show(Language::Ar).offer(1, &titled, 1_125);
        assert_eq!(arabic[0], "عرض 1: غاضب أو محبط");
        assert!(arabic[1].contains(" · الدعم · "), "{arabic:?}");
        assert!(show(Language::En).offer(1, &titled, 1_125)[1].contains(" · Support · "));
    }

    #[test]
    fn why_an_agent_is_away_is_told_in_their_language_and_with_the_way_back_if_it_was_not_they() {
        let arabic = show(Language::Ar);
        for (why, expected) in [
            ("", "* أنت الآن: بعيد"),
            ("signed_in", "* أنت الآن: بعيد (سجّل الدخول للتو)"),
            ("unanswered_offers", "* أنت الآن: بعيد (لم يُجب على العروض); /back"),
            ("صلاة", "* أنت الآن: بعيد (صلاة)"),
        ] {
            assert_eq!(arabic.presence(Presence::Away, why), expected);
        }
    }

    #[test]
    fn the_countdown_runs_down_and_goes_with_the_offer() {
        let mut work = Work::default();
        let show = show(Language::En);
        assert_eq!(show.countdown(&work, 1_125), None);
        work.offer(offer());
        assert_eq!(show.countdown(&work, 1_125).unwrap(), "* offer 1 20 s");
        assert_eq!(show.countdown(&work, 2_000).unwrap(), "* offer 1 0 s");
    }

    #[test]
    fn a_packet_tells_all_so_that_nobody_asks_twice() {
        let evidence = vec![Evidence { quote: "زفت".into(), ..Evidence::default() }];
        let packet = HandoffPacket {
            headline: text("Where is the order?"),
            opening: text("I see that you look for your order."),
            reason: HandoffReason::Frustration.into(),
            signals: vec![Signal {
                kind: SignalKind::Frustration.into(),
                strength: 0.75,
                evidence,
                ..Signal::default()
            }],
            tried: vec![TriedAnswer { entry_id: "track_order".into(), ..TriedAnswer::default() }],
            open_question: text("وين طلبي"),
            language: "ar".into(),
            queue_id: "support".into(),
            waiting_since: at(1_000),
            earlier_handoffs: 1,
            suggestions: vec![SuggestedAnswer {
                title: text("Late orders"),
                text: text("We pay the delivery."),
                ..SuggestedAnswer::default()
            }],
            transcript: vec![said(Party::Customer, "", "وين طلبي")],
            note: "call him\nيشتمني".into(),
            ..HandoffPacket::default()
        };
        assert_eq!(
            show(Language::En).packet(3, &packet, 1_060),
            [
                "—— conversation 3 ——",
                "Where is the order?",
                "why: angry or let down",
                "- angry (75%): «زفت»",
                "tried: track_order",
                "still asks: وين طلبي",
                "Arabic · support · normal · waits 1 min · earlier handoffs: 1",
                "note: call him",
                "note: يشتمني",
                "may help: Late orders: We pay the delivery.",
                "begin with: I see that you look for your order.",
                "so far:",
                "Customer: وين طلبي",
                "——",
            ]
        );
    }
}
