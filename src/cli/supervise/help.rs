//! The supervisor's commands.

use crate::cli::commands::Commands;

/// What a supervisor can do.
pub const COMMANDS: Commands = Commands(&[
    ("/list", "queues, agents and what they hold", "الطوابير والموظفون وما لديهم"),
    (
        "/watch N|ID  /unwatch",
        "attach to a conversation, and no longer",
        "مراقبة محادثة، والتوقف عنها",
    ),
    ("/whisper …", "for its agent alone", "للموظف وحده"),
    (
        "/take",
        "take it over; then plain lines go to the customer",
        "تسلّمها؛ ثم تذهب السطور إلى العميل",
    ),
    ("/name …", "the name customers see of you", "اسمك الذي يراه العملاء"),
    ("/propose", "ask whether it is settled", "سؤال العميل هل حُلّت"),
    ("/release [note]", "give what you took back", "إعادة ما تسلّمته"),
    ("/reassign AGENT [note]", "ask another agent first", "إسنادها إلى موظف آخر"),
    ("/requeue [note]", "put it back, place kept", "إعادتها إلى القائمة مع حفظ المكان"),
    ("/blocks", "customers whom agents have blocked", "العملاء الذين أوقفهم الموظفون"),
    (
        "/uphold N|ID why  /lift N|ID why",
        "let a block run to its end, or end it now",
        "إبقاء الإيقاف إلى نهايته، أو رفعه الآن",
    ),
    ("/quit", "leave", "خروج"),
]);
