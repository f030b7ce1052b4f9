//! Words that stand in messages about anything: articles, pronouns, prepositions, auxiliaries,
//! question words, courtesies. A few examples cannot tell that such a word is common; this list
//! can. By language and dialect, normalised on first use.

use super::normalise::normalise;
use super::word_set::WordSet;
use std::sync::LazyLock;

/// Whether a normalised word is common to messages about anything.
pub fn is_common(word: &str) -> bool {
    COMMON.has(word)
}

/// Whether a normalised word says nothing by itself of what is meant: articles, pronouns, auxiliaries,
/// joining words, courtesies, and "check" or "look", which name no matter. Question words are not among
/// them: "when?" asks something.
pub fn says_nothing(word: &str) -> bool {
    EMPTY.has(word)
}

static EMPTY: LazyLock<WordSet> = LazyLock::new(|| {
    let words = [EMPTY_ENGLISH, EMPTY_ARABIC].into_iter().flat_map(str::split_whitespace);
    WordSet::of(words.map(|word| normalise(word).joined()))
});

const EMPTY_ENGLISH: &str = "
    a an the and or but so if that this these those it its is are am was were be been being i im ive
    me my we us our you your he him his she her they them their to of for in on at by with as do does did
    can could will would shall should may might must have has had please pls plz kindly just also then too
    check look see";

const EMPTY_ARABIC: &str = "
    و ف ب ل ك ال او أو ثم ان أن إن انا أنا انت أنت انتم انتو احنا نحن هو هي هم هن هذا هذه هذي هاد هاي هاذا
    هاذي هذول ده دي دول دا ذلك تلك الذي التي اللي الي يلي في على الى إلى عن مع قد لقد كان كانت يكون تكون لي
    لك له لها لكم لنا لهم فضلك فضلكم سمحت سمحتم رجاء الرجاء لو يا كمان برضه برضو ايضا بس شوف شوفه شوفها
    شوفوه شوفوها تشوف تشوفه تشوفها شيكها راجعه راجعها تاكد تأكد";

static COMMON: LazyLock<WordSet> = LazyLock::new(|| {
    let words = [ENGLISH, ARABIC, ARABIZI].into_iter().flat_map(str::split_whitespace);
    WordSet::of(words.map(|word| normalise(word).joined()))
});

const ENGLISH: &str = "
    a about after again all also am an and another any anyone anything are as at be because been
    before being but by can cant cannot could couldnt d did didnt do does doesnt doing done dont
    each else ever every for from get getting give go going got had has hasnt have havent having he
    hello help her here hey hi him his how i id if ill im in into is isnt it its ive just know let
    like ll make many may me might more most much must my need no not now of off ok okay on one only
    or other our out over please pls plz put re really s same say see shall she should show so some
    someone something still such t take tell than thank thanks that thats the their them then there
    theres these they thing things this those to too u up us use very want was wasnt way we well went
    were what whats when where which while who whom whose why will with wont would yes yet you your
    yours able actually dear sir madam kindly maybe think trying try tried ur r im gonna wanna
    wondering possible way";

const ARABIC: &str = "
    من في على الى إلى عن مع هل ما ماذا متى اين أين كيف كم لماذا لم لن لا ليس ليست ان أن إن انه انها انا
    أنا انت أنت انتم انتو احنا نحن هو هي هم هن هذا هذه ذلك تلك هؤلاء الذي التي الذين اللي الي يلي ثم او أو
    و ف ب ل ك قد لقد كان كانت يكون تكون اكون كنت كل بعض اي أي ايضا فقط جدا اذا إذا لو لكن لان بسبب عند
    عندي عندك عندكم عندنا لدي لديك لديكم لدينا لي لك له لها لكم لنا لهم بي بك به بها منه منها منك مني عليه
    عليها علي عليك فيه فيها يوجد هناك هنا بعد قبل حتى منذ خلال بين غير بدون كما مثل حول يمكن يمكنك يمكنني
    ممكن استطيع أستطيع تستطيع يجب علي اريد أريد ارغب أرغب احتاج أحتاج اود أود تريد نريد يتم تم لقد سوف
    سيتم شكرا فضلك فضلكم سمحت سمحتم رجاء الرجاء ارجو أرجو مرحبا السلام عليكم اعرف أعرف معرفه اعرف الان
    الآن اليوم شيء شي نعم اه ايه ابغى ابغي ابي أبي أبغى نبي تبغى تبي وش ايش اش شو ليش ليه لية إيه وين فين
    منين شلون ازاي إزاي كيفاش علاش فاش واش وقتاش شنو شنوه اشنو امتى إمتى ايمتى ايمت هاد هاي هاذا هاذي
    هذي هذول ده دي دول دا داك هيك كده كذا كدا زي مثلا عايز عاوز عايزه عاوزه بدي بدك بدنا حاب حابب حابه
    بغيت بغا بديت اقدر أقدر نقدر تقدر بقدر يقدر فيني فيك لازم محتاج محتاجه مو مش موب مب ماهو ماهي مافي مفيش
    ما ماكو اكو كاين ماكاينش هسه هسا هلا هلأ هلق الحين دلوقتي دابا توا توه لسه لسا بس كمان برضه برضو
    بردو عشان علشان لأن لانه عشاني احد حد حدا واحد وحده يعني طيب ياريت ليا ليك عليا معي معك معاي معايا
    معاك بتاع بتاعي بتاعتي تبع تبعي حق حقي حقتي حقت متاع متاعي ديال ديالي انو انه انها انني أنني بأن لأني
    لاني شوي شويه كتير كثير مره وايد جدا اوي قوي يا ها هيا راح رح حسوي اسوي سوي سوو اعمل أعمل نعمل عمل
    ال كام بكام بكم قديش اديش افعل أفعل صار صارت عم قاعد جالس";

const ARABIZI: &str = "
    el al il w wa wel fi fe fil b bel 3ala ala 3la min men mn ma3 ana enta enti inta inti howa hiya da di
    deh dah hada hadi hatha hadha elli illi yalli bas kaman lazem momken mumkin mumken 3ayez 3awez abgha abi
    biddi baddi bghit wen wein wayn ween fen feen fein keif kif kef ezay izzay mata emta imta leh lesh leish
    laish shu sho shou esh eish wesh eh ma mish mesh mosh mush mo la law ya ya3ni kan kol kam 3andi 3endi
    andi endi 3ndi ba3d abl gabl hena hon heik keda kida al7een el7een il7een alheen elheen al7in el7in l7een
    lal7een lel7een lil7een lalheen llheen ll7een hal7een halheen dal7een dalheen";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_or_names_something_says_something() {
        for word in ["and", "it", "a", "please", "و", "انا", "هذا"] {
            assert!(says_nothing(&normalise(word).joined()), "{word}");
        }
        for word in ["when", "who", "من", "وين", "order", "طلبي", "help", "gift"] {
            assert!(!says_nothing(&normalise(word).joined()), "{word}");
        }
    }
}
