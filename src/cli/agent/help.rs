//! The agent's commands.

use crate::cli::commands::Commands;

/// What an agent can do.
pub const COMMANDS: Commands = Commands {
    rows: &[
        ("/accept [n]", "take an offer", "قبول عرض"),
        (
            "/decline [n] reason",
            "decline it; the customer keeps the place",
            "رفضه، ويبقى دور العميل",
        ),
        ("/to n", "write to conversation n", "الكتابة إلى المحادثة n"),
        ("/packet [n]", "why, what was tried, what was said", "السبب وما جُرّب وما قيل"),
        ("/suggest [about]", "what might be answered", "ردود مقترحة"),
        ("/use n", "send one of the suggested replies", "إرسال أحد الردود المقترحة"),
        (
            "/link https://… [title]  /place lat lon [label]  /file path https://…",
            "send a link, a place, or a file that you have uploaded there",
            "إرسال رابط أو موقع أو ملف رفعته إلى ذلك العنوان",
        ),
        ("/typing", "show the customer that you are typing", "إظهار أنك تكتب للعميل"),
        ("/note text", "for colleagues; the customer never sees it", "للزملاء، ولا يراها العميل"),
        ("/propose [result]", "ask the customer whether it is settled", "سؤال العميل هل حُلّت"),
        (
            "/promise 2d what",
            "come back to it in 30m, 4h or 2d; your place is free meanwhile",
            "وعد بالعودة بعد 30m أو 4h أو 2d، ويتفرغ مكانك حتى ذلك",
        ),
        (
            "/release [note]",
            "give it back to the queue, place kept",
            "إعادتها إلى قائمة الانتظار بدورها",
        ),
        (
            "/transfer agent|queue|skill name [note]",
            "pass it on to a colleague, a queue or whoever has the skill; the wait so far counts",
            "تحويلها إلى زميل أو قائمة أو صاحب مهارة، ومدة الانتظار محسوبة",
        ),
        ("/transfer bot [note]", "pass it back to the machine", "إعادتها إلى الآلة"),
        ("/away [reason]  /back", "take no new work, take work again", "التوقف عن الاستلام والعودة"),
        ("/drain", "finish what you hold, take nothing new", "إنهاء ما لديك دون استلام جديد"),
        ("/abuse …", "tell the supervisors that you are insulted", "إبلاغ المشرفين عن إساءة"),
        (
            "/block why",
            "keep an abusive customer from people for a time; a supervisor looks at it",
            "إيقاف عميل مسيء مدةً محددة، ويراجع المشرف ذلك",
        ),
        ("/done", "you have written up what ended last", "فرغت من خلاصة آخر محادثة انتهت"),
        (
            "/waiting  /claim n",
            "who waits; take one by hand (written down with those who were before it)",
            "المنتظرون، وأخذ محادثة باليد (ويُدوَّن من كان يسبقها)",
        ),
        ("/list", "what is offered and held", "العروض والمحادثات"),
        ("/quit", "sign out; what you hold goes back", "تسجيل الخروج وإعادة ما لديك"),
    ],
    names: &[
        ("/accept", "/قبول"),
        ("/decline", "/رفض"),
        ("/to", "/إلى"),
        ("/packet", "/ملف"),
        ("/suggest", "/اقتراح"),
        ("/use", "/أرسل"),
        ("/link", "/رابط"),
        ("/place", "/مكان"),
        ("/file", "/مرفق"),
        ("/typing", "/أكتب"),
        ("/note", "/ملاحظة"),
        ("/propose", "/حل"),
        ("/promise", "/وعد"),
        ("/release", "/إعادة"),
        ("/transfer", "/تحويل"),
        ("/away", "/بعيد"),
        ("/back", "/عدت"),
        ("/drain", "/إنهاء"),
        ("/abuse", "/إساءة"),
        ("/block", "/إيقاف"),
        ("/done", "/فرغت"),
        ("/waiting", "/المنتظرون"),
        ("/claim", "/أخذ"),
        ("/list", "/قائمة"),
        ("/quit", "/خروج"),
    ],
};

#[cfg(test)]
mod tests {
    use super::super::input;
    use super::*;

    #[test]
    fn each_command_has_an_arabic_name_that_help_tells() {
        COMMANDS.have_arabic_names(input::parse);
    }
}
