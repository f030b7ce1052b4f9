//! The supervisor's commands.

use crate::cli::commands::Commands;

/// What a supervisor can do.
pub const COMMANDS: Commands = Commands {
    rows: &[
        ("/list", "queues, agents and what they hold", "قوائم الانتظار والموظفون وما لديهم"),
        (
            "/watch N|ID  /unwatch",
            "attach to a conversation, and no longer",
            "مراقبة محادثة، والتوقف عنها",
        ),
        ("/whisper …", "for the agent of the watched one alone", "لموظف المحادثة المراقَبة وحده"),
        (
            "/take [N|ID]",
            "take it over (without N, the watched one); then plain lines go to the customer",
            "تسلّمها (والمراقَبة إن لم تذكر رقمًا)؛ ثم تذهب السطور إلى العميل",
        ),
        ("/name …", "the name customers see of you", "اسمك الذي يراه العملاء"),
        ("/propose [N|ID]", "ask whether it is settled", "سؤال العميل هل حُلّت"),
        ("/release [#N] [note]", "give what you took back", "إعادة ما تسلّمته"),
        ("/reassign [N] AGENT [note]", "ask another agent first", "إسنادها إلى موظف آخر"),
        ("/requeue [#N] [note]", "put it back, place kept", "إعادتها إلى القائمة مع حفظ المكان"),
        ("/blocks", "customers whom agents have blocked", "العملاء الذين أوقفهم الموظفون"),
        (
            "/uphold N|ID why  /lift N|ID why",
            "let a block run to its end, or end it now",
            "إبقاء الإيقاف إلى نهايته، أو رفعه الآن",
        ),
        ("/quit", "leave", "خروج"),
    ],
    names: &[
        ("/list", "/قائمة"),
        ("/watch", "/مراقبة"),
        ("/unwatch", "/كفى"),
        ("/whisper", "/همس"),
        ("/take", "/تسلم"),
        ("/name", "/اسم"),
        ("/propose", "/حل"),
        ("/release", "/إعادة"),
        ("/reassign", "/إسناد"),
        ("/requeue", "/طابور"),
        ("/blocks", "/الموقوفون"),
        ("/uphold", "/إبقاء"),
        ("/lift", "/رفع"),
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
