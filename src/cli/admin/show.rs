//! What an operator asked for, as lines. Pure; the present is handed in, in seconds.

use crate::cli::transcript::{Reader, Transcript, moment, title_of};
use crate::cli::words::{self, pick};
use crate::domain::language::Language;
use crate::grpc::pb;
use owo_colors::Style;

/// How an operator is shown things.
#[derive(Debug, Clone, Copy)]
pub struct Show {
    /// Language and look.
    pub transcript: Transcript,
}

impl Show {
    /// The live rules and the last refused ones.
    pub fn rules(&self, answer: &pb::GetRulesResponse) -> Vec<String> {
        let since = answer.live_since.as_ref().and_then(moment).unwrap_or_default();
        let live = format!("{} {since}", self.pick("live since", "سارية منذ"));
        let mut lines = vec![format!("{}: {live}", self.bold(&answer.rules_version))];
        let Some(refused) = &answer.refused else { return lines };
        let at = refused.at.as_ref().and_then(moment).unwrap_or_default();
        let title = self.pick("a later change was refused", "رُفض تعديل لاحق");
        lines.push(self.warn(&format!("{title} ({at})")));
        for problem in &refused.problems {
            let pb::RulesProblem { file, line, column, code, message, hint } = problem;
            let message = title_of(message, "", self.language());
            lines.push(format!("{file}:{line}:{column}: {code}: {}", self.foreign(message)));
            let hint = title_of(hint, "", self.language());
            if !hint.is_empty() {
                lines.push(format!("  → {}", self.foreign(hint)));
            }
        }
        lines
    }

    /// The queues, one a line.
    pub fn queues(&self, answer: &pb::ListQueuesResponse) -> Vec<String> {
        let l = self.language();
        let mut lines: Vec<String> = answer.queues.iter().map(|queue| self.queue(queue)).collect();
        let agents = [
            (answer.agents_available, pb::Presence::Available),
            (answer.agents_away, pb::Presence::Away),
            (answer.agents_draining, pb::Presence::Draining),
        ];
        let agents = agents.map(|(count, how)| format!("{count} {}", words::presence(l, how)));
        let agents = agents.join(self.pick(", ", "، "));
        lines.push(format!("{}: {agents}", self.pick("agents", "الموظفون")));
        lines.extend(words::mode(l, answer.mode()).map(|mode| self.warn(mode)));
        lines
    }

    /// Why a conversation waits and why each agent does not get it.
    pub fn wait(&self, answer: &pb::ExplainWaitResponse, now: i64) -> Vec<String> {
        let l = self.language();
        let mut lines = Vec::new();
        let mut facts =
            vec![answer.queue_id.clone(), words::priority(l, answer.priority()).to_owned()];
        if let Some(status) = &answer.status {
            lines.push(self.standing(status));
            if let Some(since) = &status.waiting_since {
                let waited = words::span(l, now - since.seconds);
                facts.push(format!("{} {waited}", self.pick("waits", "تنتظر منذ")));
            }
        }
        let needs = answer.requirements.iter().map(|(name, level)| format!("{name} ≥ {level}"));
        facts.extend(needs);
        if answer.offers_not_taken > 0 {
            let vain = self.pick("offers not taken", "عروض لم تُقبل");
            facts.push(format!("{vain}: {}", answer.offers_not_taken));
        }
        facts.extend(words::attendance(l, answer.attendance()).map(str::to_owned));
        facts.extend(answer.aside_until.as_ref().map(|until| {
            let left = words::span(l, until.seconds - now);
            let aside =
                self.pick("those who are there go first for another", "يُقدَّم الحاضرون عليه مدة");
            format!("{aside} {left}")
        }));
        facts.retain(|fact| !fact.is_empty());
        lines.push(facts.join(" · "));
        lines.extend(answer.agents.iter().map(|agent| self.fit(agent)));
        let is_in_pool = answer.status.as_ref().is_some_and(|status| status.registered);
        if answer.agents.is_empty() && is_in_pool {
            lines.push(self.pick("the pool has no agents", "لا موظفين في المجموعة").to_owned());
        }
        lines
    }

    /// What became of a conversation that was put back.
    pub fn requeued(&self, answer: &pb::RequeueConversationResponse) -> Vec<String> {
        let l = self.language();
        let mut lines = self.transcript.events(&answer.events);
        if let Some(conversation) = &answer.conversation {
            let state = words::state(l, conversation.state(), Reader::Staff);
            lines.push(format!("{}: {state}", self.bold(&conversation.conversation_id)));
            lines.extend(conversation.queue_status.as_ref().map(|status| self.standing(status)));
        }
        lines
    }

    /// Parked deliveries.
    pub fn parked(&self, answer: &pb::ListParkedEntriesResponse) -> Vec<String> {
        if answer.entries.is_empty() {
            return vec![self.pick("nothing is parked", "لا شيء موقوف").to_owned()];
        }
        let row = |entry: &pb::ParkedEntry| {
            format!(
                "{}: {} {} · {} {} · {}",
                self.bold(&entry.entry_id),
                entry.step,
                entry.conversation_id,
                entry.refusals,
                self.pick("refusals", "مرات رفض"),
                self.foreign(&entry.last_refusal),
            )
        };
        answer.entries.iter().map(row).collect()
    }

    /// Open promises, one a line.
    pub fn promises(&self, answer: &pb::ListPromisesResponse) -> Vec<String> {
        if answer.promises.is_empty() {
            return vec![self.pick("nothing is promised", "لا وعود مفتوحة").to_owned()];
        }
        let row = |open: &pb::OpenPromise| {
            let state = words::state(self.language(), open.state(), Reader::Staff);
            let promise = open.promise.as_ref().map(|it| self.transcript.promise(it));
            let promise = promise.unwrap_or_default();
            format!("{} ({state}): {promise}", self.bold(&open.conversation_id))
        };
        answer.promises.iter().map(row).collect()
    }

    /// A parked delivery is under way again.
    pub fn unparked(&self) -> Vec<String> {
        vec![self.pick("it is being tried again", "تُعاد المحاولة").to_owned()]
    }

    /// How a message is read and answered.
    pub fn reading(&self, answer: &pb::ExplainMessageResponse) -> Vec<String> {
        let reading = answer.reading.clone().unwrap_or_default();
        let mut lines = vec![
            format!("{}: {}", self.pick("read as", "قُرئت"), self.foreign(&reading.normalised)),
            self.kind(&reading),
        ];
        for candidate in &reading.candidates {
            let because = self.because(&candidate.evidence);
            lines.push(format!("- {} {:.2}{because}", candidate.entry_id, candidate.score));
        }
        if let (Some(basis), false) = (self.basis(reading.basis()), reading.evidence.is_empty()) {
            // Said above already, with what spoke for the next.
            let is_said = reading.candidates.iter().any(|one| !one.evidence.is_empty());
            let evidence = if is_said { &[][..] } else { &reading.evidence };
            let by = self.pick("by", "بناءً على");
            lines.push(format!("{by} {basis}{}", self.because(evidence)));
        }
        lines.extend(reading.signals.iter().map(|signal| self.transcript.signal(signal)));
        let mut outcome = self.outcome(answer.outcome()).to_owned();
        if !answer.entry_id.is_empty() {
            outcome = format!("{outcome}: {}", answer.entry_id);
        }
        if answer.handoff_reason() != pb::HandoffReason::Unspecified {
            let why = words::handoff(self.language(), answer.handoff_reason());
            outcome = format!("{outcome}: {why}");
        }
        lines.push(format!("→ {}", self.bold(&outcome)));
        for said in &answer.says {
            lines.extend(said.text.lines().map(|row| self.foreign(row)));
        }
        lines.push(format!("{}: {}", self.pick("rules", "القواعد"), answer.rules_version));
        lines
    }

    /// What something rests on, behind it.
    fn because(&self, evidence: &[pb::Evidence]) -> String {
        let named = |found: &pb::Evidence| {
            let quote = self.foreign(&found.quote);
            let what = match found.what == found.quote {
                true => String::new(),
                false => format!(" ({})", self.foreign(&found.what)),
            };
            format!("«{quote}»{what}")
        };
        let named: Vec<String> = evidence.iter().map(named).collect();
        if named.is_empty() { String::new() } else { format!(": {}", named.join(" ")) }
    }

    fn queue(&self, queue: &pb::QueueStats) -> String {
        let l = self.language();
        let open = match queue.open {
            true => self.pick("open", "مفتوح").to_owned(),
            false => {
                let opens = queue.opens_at.as_ref().and_then(moment);
                let until = opens.map(|at| format!(" → {at}")).unwrap_or_default();
                format!("{}{until}", self.pick("closed", "مغلق"))
            }
        };
        let longest = queue.longest_wait.as_ref().map_or(0, |wait| wait.seconds);
        // The title may run either way, so it stands last and nothing is aligned.
        let of_mine = queue.title.iter().find(|text| text.language == l.tag());
        let title = of_mine.or(queue.title.first()).map(|text| self.foreign(&text.text));
        format!(
            "{}: {open} · {} {} · {} {} · {} {} · {} {} · {}",
            self.bold(&queue.queue_id),
            queue.waiting,
            self.pick("waiting", "ينتظرون"),
            queue.offered,
            self.pick("offered", "معروضة"),
            queue.assigned,
            self.pick("with agents", "مع الموظفين"),
            self.pick("longest wait", "أطول انتظار"),
            words::span(l, longest),
            title.unwrap_or_default(),
        )
    }

    fn standing(&self, status: &pb::QueueStatus) -> String {
        let place = match status.registered {
            true => format!("{} {}", self.pick("place", "الدور"), status.position),
            false => self.pick("not registered yet", "لم تُسجَّل بعد").to_owned(),
        };
        self.transcript.reasons(self.bold(&place), status)
    }

    fn fit(&self, agent: &pb::AgentFit) -> String {
        let (en, ar) = match agent.why_not() {
            pb::WhyNot::Unspecified => ("could take it", "يمكنه أخذها"),
            pb::WhyNot::NotSignedIn => ("not signed in", "غير مسجل الدخول"),
            pb::WhyNot::Away => ("away", "غير متاح"),
            pb::WhyNot::Draining => ("finishes what they have", "ينهي ما لديه"),
            pb::WhyNot::WritingUp => ("still writes this one up", "ما زال يوثقها"),
            pb::WhyNot::LiveOffer => ("has an offer to answer", "أمامه عرض لم يجب عنه"),
            pb::WhyNot::Lease => ("not heard of", "انقطع اتصاله"),
            pb::WhyNot::Language => ("does not speak the language", "لا يتكلم اللغة"),
            pb::WhyNot::Skill => ("lacks the skill", "تنقصه المهارة"),
            pb::WhyNot::Full => ("has no room", "لا سعة لديه"),
            pb::WhyNot::Declined => ("declined it a short time ago", "رفضها قبل قليل"),
            pb::WhyNot::CoolDown => ("rests after an offer", "يرتاح بعد عرض"),
            pb::WhyNot::HeldForOther => {
                ("held for the agent the customer knows", "محجوزة لموظف يعرفه العميل")
            }
            pb::WhyNot::Excluded => ("excluded", "مستبعد"),
        };
        let mark = if agent.why_not() == pb::WhyNot::Unspecified { "+" } else { "-" };
        let detail = match agent.detail.is_empty() {
            true => String::new(),
            false => format!(" ({})", self.foreign(&agent.detail)),
        };
        format!("{mark} {}: {}{detail}", agent.agent_id, self.pick(en, ar))
    }

    fn kind(&self, reading: &pb::Reading) -> String {
        let (en, ar) = match reading.variety() {
            pb::Variety::Unspecified | pb::Variety::Unknown => ("no language", "بلا لغة"),
            pb::Variety::Arabic => ("Arabic", "عربية"),
            pb::Variety::English => ("English", "إنجليزية"),
            pb::Variety::Arabizi => ("Arabic in Latin letters", "عربية بأحرف لاتينية"),
            pb::Variety::Mixed => ("mixed", "مختلطة"),
        };
        let mut facts = vec![
            self.pick(en, ar).to_owned(),
            format!("{} {}", self.pick("answered in", "الرد بـ"), reading.language),
        ];
        if !reading.social_act.is_empty() {
            facts.push(reading.social_act.clone());
        }
        facts.join(" · ")
    }

    fn basis(&self, basis: pb::MatchBasis) -> Option<&'static str> {
        let (en, ar) = match basis {
            pb::MatchBasis::Unspecified | pb::MatchBasis::None => return None,
            pb::MatchBasis::Exact => ("the same words", "الكلمات نفسها"),
            pb::MatchBasis::Pattern => ("a pattern", "نمط"),
            pb::MatchBasis::Examples => ("likeness to the examples", "شبه بالأمثلة"),
            pb::MatchBasis::OtherLanguage => {
                ("meanings shared with the other language", "معانٍ مشتركة مع اللغة الأخرى")
            }
        };
        Some(pick(self.language(), en, ar))
    }

    fn outcome(&self, outcome: pb::Outcome) -> &'static str {
        let (en, ar) = match outcome {
            pb::Outcome::Unspecified => ("nothing", "لا شيء"),
            pb::Outcome::Greeting => ("greets", "يرحب"),
            pb::Outcome::Social => ("answers politely", "يجامل"),
            pb::Outcome::Answer => ("answers", "يجيب"),
            pb::Outcome::Clarify => ("asks which is meant", "يستوضح"),
            pb::Outcome::NotKnown => ("says that it does not know", "يقول إنه لا يعرف"),
            pb::Outcome::Handoff => ("hands over to people", "يحوّل إلى الموظفين"),
            pb::Outcome::Emergency => {
                ("gives the safety text and hands over", "يعطي نص السلامة ويحوّل")
            }
            pb::Outcome::AskSlot => ("asks for a detail", "يسأل عن تفصيل"),
            pb::Outcome::SayAgain => ("says it again", "يعيد كلامه"),
        };
        pick(self.language(), en, ar)
    }

    pub(super) fn language(&self) -> Language {
        self.transcript.language
    }

    pub(super) fn pick(&self, en: &'static str, ar: &'static str) -> &'static str {
        pick(self.language(), en, ar)
    }

    pub(super) fn foreign(&self, text: &str) -> String {
        self.transcript.look.foreign(text)
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.transcript.look.paint(&self.foreign(text), Style::new().bold())
    }

    fn warn(&self, text: &str) -> String {
        self.transcript.look.paint(text, Style::new().yellow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::text;
    use crate::cli::terminal::Look;
    use crate::grpc::encode;
    use prost_types::{Duration, Timestamp};

    fn show() -> Show {
        let (look, language) = (Look::PLAIN, Language::En);
        Show { transcript: Transcript { look, language, reader: Reader::Staff } }
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp { seconds, nanos: 0 })
    }

    #[test]
    fn refused_rules_are_told_with_place_and_remedy() {
        let english = |words: &str| encode::text(words, Language::En);
        let arabic = |words: &str| encode::text(words, Language::Ar);
        let problem = pb::RulesProblem {
            file: "faq/orders.yaml".into(),
            line: 3,
            column: 5,
            code: "CFG012".into(),
            message: vec![english("unknown key `exampels`"), arabic("مفتاح غير معروف")],
            hint: vec![english("write `examples`"), arabic("اكتب `examples`")],
        };
        let answer = pb::GetRulesResponse {
            time_zone: String::new(),
            rules_version: "r7".into(),
            live_since: at(1_800_000_000),
            refused: Some(pb::RefusedReload { at: at(1_800_000_060), problems: vec![problem] }),
        };
        assert_eq!(
            show().rules(&answer),
            [
                "r7: live since 2027-01-15 08:00 UTC",
                "a later change was refused (2027-01-15 08:01 UTC)",
                "faq/orders.yaml:3:5: CFG012: unknown key `exampels`",
                "  → write `examples`",
            ]
        );
        let (look, language) = (Look::PLAIN, Language::Ar);
        let arabic = Show { transcript: Transcript { look, language, reader: Reader::Staff } };
        assert_eq!(
            arabic.rules(&answer)[2..],
            ["faq/orders.yaml:3:5: CFG012: مفتاح غير معروف", "  → اكتب `examples`"]
        );
    }

    #[test]
    fn queues_are_shown_with_the_title_last() {
        let title = |words: &str, tag: &str| pb::LocalizedText {
            text: words.into(),
            language: tag.into(),
            ..Default::default()
        };
        let queue = pb::QueueStats {
            queue_id: "support".into(),
            title: vec![title("الدعم", "ar"), title("Support", "en")],
            waiting: 3,
            offered: 1,
            assigned: 2,
            longest_wait: Some(Duration { seconds: 125, nanos: 0 }),
            opens_at: at(1_800_000_000),
            ..Default::default()
        };
        let answer = pb::ListQueuesResponse {
            queues: vec![queue],
            agents_available: 2,
            mode: pb::Mode::Degraded.into(),
            ..Default::default()
        };
        let lines = show().queues(&answer);
        assert_eq!(
            lines[0],
            "support: closed → 2027-01-15 08:00 UTC · 3 waiting · 1 offered · 2 with agents · \
             longest wait 2 min 5 s · Support"
        );
        assert_eq!(lines[1], "agents: 2 available, 0 away, 0 finishing what is held");
        assert!(lines[2].contains("disturbed"));
    }

    #[test]
    fn a_wait_is_explained_agent_by_agent() {
        let delay = pb::Delay { reason: pb::DelayReason::AgentsBusy.into(), ..Default::default() };
        let status = pb::QueueStatus {
            registered: true,
            position: 2,
            delay: Some(delay),
            waiting_since: at(1_000),
            ..Default::default()
        };
        let fit = |id: &str, why_not: pb::WhyNot, detail: &str| pb::AgentFit {
            agent_id: id.into(),
            why_not: why_not.into(),
            detail: detail.into(),
            ..Default::default()
        };
        let answer = pb::ExplainWaitResponse {
            status: Some(status),
            queue_id: "support".into(),
            requirements: [("ar".to_owned(), 3)].into(),
            agents: vec![
                fit("sara", pb::WhyNot::Full, "3 of 3"),
                fit("omar", pb::WhyNot::Unspecified, ""),
            ],
            offers_not_taken: 1,
            attendance: pb::Attendance::Gone.into(),
            ..Default::default()
        };
        assert_eq!(
            show().wait(&answer, 1_060),
            [
                "place 2: everybody who could help is busy, pausing or away",
                "support · normal · waits 1 min · ar ≥ 3 · offers not taken: 1 · has closed the page",
                "- sara: has no room (3 of 3)",
                "+ omar: could take it",
            ]
        );
    }

    #[test]
    fn a_reading_shows_what_was_found_and_what_the_bot_would_do() {
        let evidence =
            pb::Evidence {
                quote: "شخص".into(), what: "ask_person".into(), ..Default::default()
            };
        let reading = pb::Reading {
            variety: pb::Variety::Arabic.into(),
            language: "ar".into(),
            normalised: "ابي شخص".into(),
            basis: pb::MatchBasis::Pattern.into(),
            candidates: vec![pb::Candidate {
                entry_id: "people".into(),
                score: 0.5,
                evidence: Vec::new(),
            }],
            evidence: vec![evidence],
            ..Default::default()
        };
        let mut answer = pb::ExplainMessageResponse {
            reading: Some(reading),
            outcome: pb::Outcome::Handoff.into(),
            handoff_reason: pb::HandoffReason::HumanRequest.into(),
            says: vec![text("حاضر").unwrap()],
            rules_version: "r1".into(),
            ..Default::default()
        };
        assert_eq!(
            show().reading(&answer),
            [
                "read as: ابي شخص",
                "Arabic · answered in ar",
                "- people 0.50",
                "by a pattern: «شخص» (ask_person)",
                "→ hands over to people: asked for a person",
                "حاضر",
                "rules: r1",
            ]
        );
        let found = |quote: &str, what: &str| pb::Evidence {
            quote: quote.into(),
            what: what.into(),
            ..Default::default()
        };
        let candidates = &mut answer.reading.as_mut().unwrap().candidates;
        candidates[0].evidence = vec![found("شخص", "شخص"), found("deliv", "deliv…")];
        let shown = show().reading(&answer);
        assert_eq!(shown[2..4], ["- people 0.50: «شخص» «deliv» (deliv…)", "by a pattern"]);
    }
}
