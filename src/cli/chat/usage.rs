//! How `sanad chat` is called, for customers who asked for Arabic. English is what the parser writes by
//! itself.

use crate::cli::direction::{own, readable};
use crate::domain::language::Language;
use clap::{Arg, Command};

const ABOUT: &str = "حادث سند كما يحادثه العميل.

اكتب رسالة أو رقم اختيار أو أمرًا مثل /help. وما يأتي من أنبوب يُرسل سطرًا سطرًا، كلٌّ بعد جواب ما قبله؛ وينتهي
الأمر بوصول آخر جواب. وما رُفض من السطور ذُكر وأُرسل ما بعده، ورمز الخروج عندئذ 1.";

/// What each option means.
const OPTIONS: [(&str, &str); 9] = [
    ("server", "عنوان سند"),
    ("ca", "من وقّع شهادة الخادم (PEM)؛ يلزم مع https"),
    ("lang", "لغة البداية؛ وبدونها يتبع سند لغة ما تكتب، وتبدأ هذه الطرفية بلغة النظام"),
    ("device", "معرّف لهذا الجهاز، 16 حرفًا على الأقل؛ وبدونه يُختار عشوائيًا"),
    ("identity", "من أنت، كما وقّعه الموقع المضيف (`sanad token mint`)"),
    ("resume", "احفظ المحادثة في FILE، وتابعها إن كانت فيه"),
    ("patience", "كم ينتظر النص المكتوب سلفًا وصولَ سند، والجوابَ عن كل سطر منه"),
    ("stay", "كم يُستمع بعد انتهاء النص المكتوب سلفًا"),
    ("help", "اعرض هذه المساعدة"),
];

/// The help, from the command itself, so that nothing of it is missing; `None` where an option has no
/// words here.
pub fn in_arabic(command: &Command) -> Option<String> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let options: Option<Vec<String>> = shown.map(option).collect();
    let usage = own(Language::Ar, "sanad chat [OPTIONS]");
    let head = format!("{ABOUT}\n\nالاستعمال: {usage}\n\nالخيارات:\n");
    Some(readable(Language::Ar, &(head + &options?.join("\n"))))
}

fn option(arg: &Arg) -> Option<String> {
    let (_, means) = OPTIONS.iter().find(|(id, _)| arg.get_id() == id)?;
    let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let values = arg.get_value_names().filter(|_| takes_value).unwrap_or_default();
    let values: String = values.iter().map(|value| format!(" <{value}>")).collect();
    let mut lines = format!("  {short}--{}{values}\n      {means}\n", arg.get_long()?);
    if let Some(env) = arg.get_env() {
        lines += &format!("      [المتغير: {}]\n", env.display());
    }
    let default = arg.get_default_values().first().filter(|_| takes_value);
    if let Some(default) = default {
        lines += &format!("      [الافتراضي: {}]\n", default.display());
    }
    Some(lines)
}
