//! The customer's commands.

use crate::cli::commands::Commands;

/// What a customer can do.
pub const COMMANDS: Commands = Commands {
    rows: &[
        ("1, 2, 3 …", "take a choice", "اختيار من القائمة"),
        ("/link https://… [title]", "send a link", "إرسال رابط"),
        ("/place 24.71 46.67 [label]", "send a place on the map", "إرسال موقع على الخريطة"),
        (
            "/file path https://…",
            "send where you have uploaded a file to; its size and hash are read here",
            "إرسال عنوان ملف رفعته، ويُقرأ حجمه وبصمته هنا",
        ),
        ("/typing", "show the agent that you are typing", "إظهار أنك تكتب للموظف"),
        ("/human", "speak to a person", "التحدث مع موظف"),
        ("/cancel", "go back to the bot while waiting", "العودة إلى الرد الآلي أثناء الانتظار"),
        (
            "/callback  /leave  /other  /wait",
            "while waiting: be called back, leave the question, the other language, or wait",
            "أثناء الانتظار: معاودة التواصل، أو ترك السؤال، أو اللغة الأخرى، أو الانتظار",
        ),
        (
            "/callback 15:30",
            "be called back at that time; also: tomorrow 9:00, in 2h",
            "معاودة التواصل في ذلك الوقت؛ وأيضًا: غدا 9:00 أو بعد ساعتين",
        ),
        ("/yes  /no", "whether it is settled", "هل حُلّت المسألة"),
        ("/again", "hear the bot's last words again", "إعادة آخر رد آلي"),
        ("/helpful  /unhelpful", "whether the last answer helped", "هل أفادك الجواب الأخير"),
        (
            "/score 4 …",
            "after the end: how it went, with a word if you like",
            "بعد النهاية: تقييمك، مع كلمة إن أحببت",
        ),
        ("/reopen", "take an ended conversation up again", "فتح محادثة منتهية"),
        ("/mine", "your conversations, by number", "محادثاتك بأرقامها"),
        ("/resume 2", "go on with one of them here", "متابعة إحداها هنا"),
        (
            "/login TOKEN",
            "you have logged in: this conversation becomes yours",
            "سجّلت دخولك: تصبح هذه المحادثة لك",
        ),
        ("/export [file]", "all that is kept of you, as a file", "كل ما يُحفظ عنك، في ملف"),
        ("/erase", "erase it for good; asks once more", "محوه نهائيًا بعد سؤال أخير"),
        ("/end", "end the conversation", "إنهاء المحادثة"),
        ("/quit", "leave; the conversation stays", "الخروج وتبقى المحادثة"),
    ],
    names: &[
        ("/link", "/رابط"),
        ("/place", "/مكان"),
        ("/file", "/مرفق"),
        ("/typing", "/أكتب"),
        ("/human", "/موظف"),
        ("/cancel", "/إلغاء"),
        ("/callback", "/عاودوا"),
        ("/leave", "/أترك"),
        ("/other", "/لغة"),
        ("/wait", "/أنتظر"),
        ("/yes", "/نعم"),
        ("/no", "/لا"),
        ("/again", "/أعد"),
        ("/helpful", "/أفادني"),
        ("/unhelpful", "/لم-يفدني"),
        ("/score", "/تقييم"),
        ("/reopen", "/افتح"),
        ("/mine", "/محادثاتي"),
        ("/resume", "/تابع"),
        ("/login", "/دخول"),
        ("/export", "/بياناتي"),
        ("/erase", "/امحني"),
        ("/end", "/إنهاء"),
        ("/quit", "/خروج"),
    ],
};

#[cfg(test)]
mod tests {
    use super::super::input;
    use super::*;

    #[test]
    fn each_command_has_an_arabic_name_that_help_tells() {
        COMMANDS.have_arabic_names(|line| input::parse(line, &[]));
    }
}
