//! The agent's commands and how each is written: for `/help`, and for a command of which a part is
//! missing.

use super::show::Show;
use crate::cli::words::pick;

/// A command with its arguments, what it does in English and in Arabic.
const COMMANDS: [(&str, &str, &str); 17] = [
    ("/accept [n]", "take an offer", "قبول عرض"),
    ("/decline [n] reason", "decline it; the customer keeps the place", "رفضه، ويبقى دور العميل"),
    ("/to n", "write to conversation n", "الكتابة إلى المحادثة n"),
    ("/packet [n]", "why, what was tried, what was said", "السبب وما جُرّب وما قيل"),
    ("/suggest [about]", "what might be answered", "ردود مقترحة"),
    ("/use n", "send one of the suggested replies", "إرسال أحد الردود المقترحة"),
    ("/note text", "for colleagues; the customer never sees it", "للزملاء، ولا يراها العميل"),
    ("/propose [result]", "ask the customer whether it is settled", "سؤال العميل هل حُلّت"),
    (
        "/promise 2d what",
        "come back to it in 30m, 4h or 2d; your place is free meanwhile",
        "وعد بالعودة بعد 30m أو 4h أو 2d، ويتفرغ مكانك حتى ذلك",
    ),
    ("/release [note]", "give it back to the queue, place kept", "إعادتها إلى الطابور بدورها"),
    (
        "/transfer agent|queue|skill name [note]",
        "pass it on to a colleague, a queue or whoever has the skill; the wait so far counts",
        "تحويلها إلى زميل أو طابور أو صاحب مهارة، ومدة الانتظار محسوبة",
    ),
    ("/transfer bot [note]", "pass it back to the machine", "إعادتها إلى الآلة"),
    ("/away [reason]  /back", "take no new work, take work again", "التوقف عن الاستلام والعودة"),
    ("/drain", "finish what you hold, take nothing new", "إنهاء ما لديك دون استلام جديد"),
    (
        "/waiting  /claim n",
        "who waits; take one by hand (written down with those who waited longer)",
        "المنتظرون، وأخذ أحدهم باليد (ويُدوَّن من انتظر أطول)",
    ),
    ("/list", "what is offered and held", "العروض والمحادثات"),
    ("/quit", "sign out; what you hold goes back", "تسجيل الخروج وإعادة ما لديك"),
];

impl Show {
    /// There is no such command.
    pub fn unknown(&self, command: &str) -> String {
        let sorry = pick(
            self.transcript.language,
            "no such command; /help shows all",
            "لا يوجد أمر كهذا، و/help لعرض الأوامر",
        );
        self.transcript.remark(&format!("{}: {sorry}", self.transcript.look.foreign(command)))
    }

    /// How a command is written of which a part is missing or wrong.
    pub fn usage(&self, command: &str) -> Vec<String> {
        let rows = COMMANDS.iter().filter(|(usage, _, _)| names(usage, command));
        let write = pick(self.transcript.language, "write", "اكتب");
        rows.map(|row| self.transcript.remark(&format!("{write} {}", self.row(row)))).collect()
    }

    /// All commands.
    pub fn help(&self) -> Vec<String> {
        COMMANDS.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, (usage, en, ar): &(&str, &str, &str)) -> String {
        let usage = self.transcript.look.foreign(usage);
        format!("{usage}: {}", pick(self.transcript.language, en, ar))
    }
}

fn names(usage: &str, command: &str) -> bool {
    usage.split_whitespace().any(|word| word == command)
}
