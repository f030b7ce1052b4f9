//! The phrases of social acts and of short answers, in Modern Standard, Gulf, Egyptian, Levantine
//! and Maghrebi Arabic, in Arabizi and in English. Each list is normalised on first use, as the messages are.

use super::normalise::normalise;
use super::social::SocialAct;
use super::word_map::WordMap;
use std::sync::LazyLock;

/// A list of phrases made ready for look-ups on first use.
pub(super) type Phrases = LazyLock<PhraseList>;

/// Phrases by their first word: for each, the words after it. Most words begin none.
pub(super) struct PhraseList(WordMap<Vec<Vec<String>>>);

impl PhraseList {
    /// A list of phrases parted by `;`.
    fn of(text: &str) -> Self {
        let mut phrases: WordMap<Vec<Vec<String>>> = WordMap::default();
        for phrase in text.split(';') {
            let phrase = normalise(phrase);
            let mut words = phrase.words().map(str::to_owned);
            if let Some(first) = words.next() {
                phrases.entry(&first).push(words.collect());
            }
        }
        PhraseList(phrases)
    }

    /// How many words the longest phrase takes at the start of these words; 0 if none does.
    pub(super) fn longest(&self, words: &[&str]) -> usize {
        self.lengths(words).max().unwrap_or(0)
    }

    /// How many words each phrase takes that stands at the start of these words.
    pub(super) fn lengths<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
        let (first, rest) = words.split_first().unwrap_or((&"", &[]));
        let begun = self.0.get(first).into_iter().flatten();
        begun.filter_map(move |phrase| {
            let stands = rest.get(..phrase.len())?.iter().eq(phrase);
            stands.then_some(phrase.len() + 1)
        })
    }
}

macro_rules! phrases {
    ($text:expr) => {
        LazyLock::new(|| PhraseList::of($text))
    };
}

/// Each act and the phrases that perform it.
pub(super) static ACTS: [(SocialAct, &Phrases); 5] = [
    (SocialAct::Greeting, &GREETING),
    (SocialAct::Thanks, &THANKS),
    (SocialAct::Goodbye, &GOODBYE),
    (SocialAct::Acknowledgement, &ACKNOWLEDGEMENT),
    (SocialAct::Attention, &ATTENTION),
];

/// Hello.
pub(super) static GREETING: Phrases = phrases!(
    "السلام عليكم; سلام عليكم; السلام عليكم ورحمه الله; سلام; سلامات; عليكم السلام; وعليكم \
     السلام; وعليكم السلام ورحمه الله; ورحمه الله; ورحمه الله وبركاته; وبركاته; رحمه الله; تعالي \
     وبركاته; مرحبا; مرحبا بكم; مرحبتين; مراحب; يا مرحبا; اهلا; اهلا وسهلا; اهلا بك; اهلا بيك; \
     اهلين; اهلين وسهلين; وسهلا; هلا; هلا والله; هلا وغلا; هلا بيك; يا هلا; ياهلا; حياك الله; \
     حياكم الله; الله يحييك; صباح الخير; صباح النور; صباح الورد; صباح الفل; صباحو; صباحكم سعيد; \
     مساء الخير; مساء النور; مساء الورد; مسا الخير; مسا النور; مساء الفل; مساكم الله بالخير; الله \
     يمسيكم بالخير; الله يصبحكم بالخير; يسعد صباحك; يسعد مساك; يسعد صباحكم; يسعد مساكم; صبحكم \
     الله بالخير; تحيه طيبه; تحياتي; هاي; هلو; هالو; كيف الحال; كيف حالك; كيف حالكم; كيفك; كيفكم; \
     كيفكن; كيف صحتك; شلونك; شلونكم; شلون الحال; شخبارك; شخباركم; اخبارك; اخبارك ايه; اخباركم; \
     ايش اخبارك; وش اخبارك; شو اخبارك; عامل ايه; عامله ايه; عاملين ايه; ازيك; ازيكم; ازي الحال; \
     كيداير; كي داير; كيف داير; لاباس; لا باس; لاباس عليك; واش لاباس; شنو الاخبار; شن الجو; \
     عسلامه; رمضان كريم; رمضان مبارك; عيد مبارك; عيدكم مبارك; كل عام وانتم بخير; كل سنه وانتم \
     طيبين; جمعه مباركه; يومك سعيد; نهارك سعيد; ان شاء الله بخير; عساك بخير; عساكم بخير; طاب \
     يومك; طاب مساوك; وينك; هلا فيك; هلا فيكم; يا اهلا; \
     salam; salaam; slm; salamo; salamou; salamo alaikom; salam alaikum; salam alaikom; salam \
     alaykom; salam alaykum; salam 3alaikom; salam 3alaykom; salam 3alaykum; salam 3alikom; salam \
     3leikom; assalam alaikum; assalamu alaikum; assalam alaykom; assalamu alaykum; asalam \
     alaikum; el salam 3alaykom; alsalam alaikum; alsalam alaykum; al salam alaikum; alsalam \
     3alaikom; alsalam 3alaykom; wa rahmatullah; wa rahmatu allah; w ra7met allah; wa barakatuh; \
     w barakato; marhaba; mar7aba; mrhba; merhaba; ahlan; ahlan wa sahlan; ahlan w sahlan; ahlen; \
     ahlein; ahleen; 9aba7 el5er; 9aba7 el5air; 9aba7 el 5er; 9aba7 el 5air; 9aba7 al5air; 9aba7 al5er; 9aba7 el noor; saba7 el 5er; \
     saba7 el 5eer; saba7 el 5air; saba7 el5eer; saba7 el5air; saba7 al5er; sabah el 5er; sabah el 5eer; sabah el5er; \
     sabah elkheir; saba7 elkheir; saba7 elnoor; saba7 el nour; masa2 el 5er; masa2 el 5eer; masa2 el 5air; masa2 el5eer; \
     masa2 el5air; masa el 5er; masa el 5eer; masa el5er; masa2 elkheir; masa2 elnoor; masa2 el noor; masa2 el nour; hala; hala wallah; hala walla; hala w ghala; ya hala; saba7 el5er; saba7 el \
     kheir; saba7 el khair; saba7o; sabah el kheir; sabah alkhair; sabah el khair; sabah al \
     khair; saba7 alkhair; saba7 al5air; saba7 el noor; sabah el noor; sabah alnoor; masa2 el \
     kheir; masa2 el5er; masa el kheir; masa el khair; masaa el kheir; masa alkhair; masa2 \
     alkhair; masa el noor; kifak; kifik; kefak; kefik; keifak; kifkom; kif el 7al; kif elhal; \
     keef al7al; kef al7al; kaif alhal; shlonak; shlonek; shlonkom; shlonk; izayak; izayek; \
     ezayak; ezayek; ezzayak; 3amel eh; 3amla eh; akhbarak; akhbarak eh; la bas; labas; ramadan \
     kareem; ramadan mubarak; eid mubarak; wenak; \
     hi; hello; helo; hallo; hey; heya; heyy; hii; hiya; howdy; yo; greetings; good morning; good \
     afternoon; good evening; good day; gm; morning; evening; afternoon; how are you; how are you \
     doing; how are you today; how r u; how are u; how is it going; hows it going; how do you do; \
     whats up; what is up; sup; wassup; nice to meet you; hope you are well; hope you are doing \
     well; hope youre well; to you;"
);

/// Thanks.
pub(super) static THANKS: Phrases = phrases!(
    "شكرا; شكر; الشكر; شكرا جزيلا; شكرا لك; شكرا لكم; شكرا كتير; شكرا كثير; شكرا جدا; شكرا الك; \
     جزيل الشكر; الف شكر; كل الشكر; اشكرك; اشكركم; نشكركم; مع الشكر; مشكور; مشكوره; مشكورين; \
     مشكورين وماقصرتوا; متشكر; متشكره; متشكرين; متشكر جدا; ممنون; ممنونك; ممنونين; ممتن; يعطيك \
     العافيه; يعطيكم العافيه; الله يعطيك العافيه; الله يعطيكم العافيه; يعطيك الف عافيه; يعطيكم \
     الف عافيه; الله يعافيك; يعافيك; تسلم; تسلمي; تسلموا; تسلمو; تسلم ايدك; تسلم ايديك; يسلمو; \
     يسلموا; يسلمو ايديك; يسلم ايديك; يسلمو كتير; سلمت; سلمت يداك; سلم ايديك; ما قصرت; ماقصرت; ما \
     قصرتوا; ماقصرتوا; ما قصرتو; ماقصرتو; وماقصرت; جزاك الله خير; جزاك الله خيرا; جزاكم الله خير; \
     جزاكم الله خيرا; جزاك الله الف خير; الله يجزاك خير; الله يجزيك الخير; بارك الله فيك; بارك \
     الله فيكم; بارك الله بيك; الله يبارك فيك; الله يبارك فيكم; الله يخليك; الله يخليكم; الله \
     يسعدك; الله يسعدكم; الله يوفقك; الله يحفظك; الله يسلمك; الله يرضى عليك; الله يرضي عليك; كتر \
     خيرك; كثر خيرك; كثر الله خيرك; كتر الف خيرك; كتر خيركم; حبيبي; عاشت ايدك; عاشت ايديك; رحم \
     الله والديك; الله يرحم والديك; الله يرحم الوالدين; يرحم والديك; يعيشك; يعيشكم; مرسي; ميرسي; \
     ثانكس; ثانكيو; تانكيو; لطف منك; ذوق; كلك ذوق; كلك زوق; من ذوقك; لطفك; صحيت; صحيتو; \
     shukran; shokran; choukran; shukrn; shukran jazilan; shokran jazilan; shokran gazilan; shukran gazilan; shokran gazeelan; shukran jazeelan; choukran \
     jazilan; alf shokr; alf shukran; alf shokran; kol el shokr; shokran ktir; shokran awi; shokran kteer; shukran ktir; shukran kteer; shokran \
     awy; alf shukr; mashkoor; mashkour; mashkora; motshaker; motshakker; metshaker; yeslamo; \
     yislamo; yeslamu; yslmo; yeslamo ktir; tslm; teslam; tislam; teslami; ya3tik el3afye; ya3tik \
     el 3afye; ya3tik el3afia; ya3teek el3afya; ya3tek al3afya; ya3tik al3afia; yatik elafye; \
     ya3tikom el3afye; allah y3tik el3afya; allah ya3tik el3afye; jazak allah khair; jazak allah \
     kheir; jazakallah; jazakallah khair; jazak allah 5air; barak allah fik; baraka allahu fik; \
     barakallah fik; allah ykhalik; allah y5alik; allah ykhallik; allah ysa3dak; ma gasart; ma \
     qasart; magassart; kattar kheirak; katar kherak; merci; mersi; merci ktir; merci beaucoup; \
     ysalmo; \
     thanks; thank; thank u; thank you; thankyou; thnks; thnx; thanx; thanku; thx; tnx; tx; ty; \
     tysm; tq; thanks a lot; thanks alot; thanks so much; thanks very much; thanks a ton; thanks \
     a million; thanks a bunch; thanks again; thank you so much; thank you very much; thank you \
     all; thank u so much; thank u very much; many thanks; thanks for your help; thank you for \
     your help; thanks for the help; thank you for the help; thanks for helping; thank you for \
     helping me; thanks for your support; thank you for your support; thanks for your time; thank \
     you for your time; thanks for the info; thank you for the information; for your help; for \
     the help; for your time; for everything; for the info; for the information; for your \
     support; for helping; for helping me; much appreciated; appreciated; appreciate it; i \
     appreciate it; i appreciate that; i appreciate your help; really appreciate it; that helps; \
     that helped; that was helpful; very helpful; youre the best; you are the best; youre \
     awesome; you are awesome; god bless you; bless you; cheers; kudos; great help; you are very \
     helpful; you were very helpful;"
);

/// Goodbye.
pub(super) static GOODBYE: Phrases = phrases!(
    "مع السلامه; مع الف سلامه; بالسلامه; الي اللقاء; وداعا; في امان الله; فمان الله; في امانه \
     الله; استودعكم الله; استودعك الله; في رعايه الله; باي; باي باي; تصبح علي خير; تصبحون علي \
     خير; تصبحوا علي خير; ليله سعيده; اشوفك بعدين; اشوفك علي خير; يلا باي; يلا سلام; يالله باي; \
     بسلامه; بالسلامه عليك; تهلا; تهلا فراسك; نتلاقاو; بخاطركم; بخاطرك; خاطركن; طاب مسائك; الله \
     معك; الله معكم; الله وياك; الله يحفظكم; دمتم بخير; دمت بخير; يوم سعيد; اتمني لك يوما سعيدا; \
     سلام باي; تشاو; نشوفك; \
     ma3 elsalama; ma3 el salama; ma3 alsalama; ma3 al salama; ma3 salama; ma3a elsalama; ma3a \
     salama; maa salama; maa elsalama; ma elsalama; fi aman allah; fe aman allah; fi amanillah; \
     feman allah; yalla bye; yala bye; yalla salam; tesba7 3ala kheir; tosba7 3ala kheir; tusbi7 \
     3ala khair; beslama; bslama; besslama; tisba7 3ala 5er; \
     bye; bye bye; byebye; goodbye; good bye; gud bye; bbye; good night; goodnight; gn; see you; \
     see ya; see u; see you later; see you soon; later; cya; ciao; take care; farewell; have a \
     nice day; have a good day; have a great day; have a good one; have a nice evening; have a \
     good evening; have a good night; have a nice weekend; have a good weekend; talk to you \
     later; ttyl; until next time; have a lovely day; thats all; that is all; nothing else;"
);

/// Understood, and no need in it.
pub(super) static ACKNOWLEDGEMENT: Phrases = phrases!(
    "تمام; تمام التمام; تمام كده; تمم; تم; طيب; طب; ماشي; ماشي الحال; ماش; اوك; اوكي; اوكيه; \
     اوكيك; اوكاي; اكي; حسنا; حسن; حاضر; زين; زين زين; كويس; كويس جدا; مليح; منيح; كثير منيح; \
     جيد; جيد جدا; ممتاز; رائع; حلو; حلوين; فهمت; فهمت عليك; فاهم; مفهوم; واضح; ابشر; سمعا وطاعه; \
     لا مشكله; مافي مشكله; ما في مشكله; مفيش مشكله; مو مشكله; عادي; علي خير; خير; ان شاء الله; \
     انشاء الله; انشالله; ان شاءالله; اها; اهاا; امم; ام; همم; ايوه فهمت; اه فهمت; صار; واخا; \
     وخا; مزيان; صافي; صحا; صح; باهي; برشا; بهي; عادي مافي مشكله; خلاص; خلص; علي راسي; من عيوني; \
     مية مية; ميه ميه; ولا يهمك; الحمد لله; الحمدلله; بانتظارك; بانتظاركم; بانتظار الرد; في \
     انتظارك; انتظر; منتظر; ناطر; ناطرك; لحظه; لحظات; لحظه وحده; ثواني; ثانيه; دقيقه; دقيقه وحده; هه; هههه; ه; لا يوجد; سلامتك; سلامتكم; العفو; عفوا; لا \
     داعي للشكر; \
     tamam; tmam; tamaam; tayeb; tayyeb; tayib; tyb; tab; mashi; mashy; zain; zen; kwayes; kwais; \
     mni7; mnih; 7elw; helw; fhemt; fhmt; fahem; wade7; wadi7; insha2allah; inshallah; insha \
     allah; in sha allah; inchallah; inshalla; nshallah; khalas; 5alas; 5las; wakha; safi; \
     mezyan; behi; 3adi; mafi moshkela; mafi mushkila; mafi mushkile; mafeesh moshkela; \
     el7amdulillah; alhamdulillah; hamdulillah; sa7; ahsant; la7za; lahza; la7zah; sanya; sawani; thawani; da2ee2a; \
     ok; okay; okey; oki; okie; okk; k; kk; okok; ok ok; alright; all right; allright; right; \
     fine; thats fine; that is fine; its fine; its ok; its okay; cool; great; good; very good; \
     nice; perfect; excellent; awesome; super; wow; got it; i got it; gotcha; understood; i \
     understand; i see; noted; sure; no problem; no worries; np; sounds good; fair enough; makes \
     sense; will do; done; roger; hm; hmm; mm; aha; oh; oh ok; oh okay; ah; ah ok; lol; haha; \
     hahaha; hehe; you are welcome; youre welcome; welcome; i will wait; ill wait; waiting; one \
     moment; one sec; one second; just a moment; just a minute; wait;"
);

/// Are you there?
pub(super) static ATTENTION: Phrases = phrases!(
    "رجعت; انا رجعت; رجعت لكم; رجعتلكم; رجعت لك; انا رجعت لكم; جيت; رجعنا; رجعت تاني; رجعت مره ثانيه; ارجعت; هاني رجعت; \
     rej3t; rje3t; reje3t; ana rej3t; im back; i am back; back again; im back again; i am back again; im here again; \
     الو; الوو; يا جماعه; وينكم; وينكن; فينكم; انتو فين; انتو وين; انت هنا; انت موجود; هل من \
     مجيب; احد هنا; في احد; فيه احد; فيه احد هنا; في حد; في حد هنا; حد هنا; احد موجود; في احد \
     موجود; حد موجود; في حدا; في حدا هون; حدا هون; كاين شي حد; كاين شي واحد; وين الرد; فين الرد; \
     ردوا; ردو; رد; ردو علي; ردوا علي; ممكن ترد; ممكن تردوا; ليش ما تردون; ما تردون; محد يرد; ما \
     احد يرد; ولا احد يرد; يا ناس; هل انت هنا; هل انت معي; انت معي; معي; معايا; معاي; \
     انت معايا; انتو معي; انتم معي; انتو هنا; انتم هنا; هل انتم هنا; هل من احد; لسه معي; لسه معايا; لسا معي; \
     انتو هون; لسه هنا; لسه هنا انا; لسا هنا; لسا هون; لسه هون; لساتني هون; لساني هون; لسه موجود; لسه موجوده; \
     لسا موجود; لسا موجوده; لسه معاك; لسه معاكم; لسا معك; لسا معكم; انا لسه هنا; انا لسا هون; انا لسا هنا; انا لسه \
     موجود; انا لسه موجوده; انا لسا موجود; انا لسه معاك; بعدني هون; بعدني هنا; بعدني موجود; انا بعدني هون; للحين هنا; للحين \
     موجود; انا للحين هنا; انا للحين موجود; الي الان هنا; باقي هنا; باقي موجود; انا باقي هنا; ما زلت هنا; مازلت هنا; لا \
     ازال هنا; لازلت هنا; لا زلت هنا; ما زلت موجود; مازلت موجود; لا زلت موجود; لا ازال موجودا; ما زلت معكم; مازلت معكم; \
     ما زلت معك; لا زلت معكم; انا ما زلت هنا; انا مازلت هنا; انا هنا; انا هون; انا هني; انا موجود; انا موجوده; انا قاعد \
     هنا; انا معك; انا معكم; انا معاك; انا معاكم; معك; معكم; معاك; معاكم; ايوه انا هنا; ايوه معاك; \
     ايه موجود; ايه انا هنا; نعم انا هنا; نعم موجود; راني هنا; راني هنايا; مازال هنا; مازلني هنا; باقي معاكم; ما رحت; لم \
     اذهب; ما مشيت; \
     هل وصلكم احد; وصلكم احد; وصلتم لاحد; هل وصلتم لاحد; هل وصلتم الي احد; هل جاء احد; جاء احد; هل جا احد; جا احد; حد \
     جاي; في حد جاي; فيه حد جاي; احد جاي; في احد جاي; فيه احد جاي; هل سياتي احد; هل رد احد; رد احد; احد رد; حد رد; هل احد \
     جاي; هل في احد جاي; هل من احد قادم; \
     alo; aloo; allo; wenkom; weinkom; wainkom; wenkum; fenkom; feenkom; finkom; fi 7ad; fe 7ad; fi 7ada; 7ad hena; 7ada \
     hon; fi a7ad; lissa hena; lissa hina; lissa hna; lessa hena; lessa hina; lesa hena; lesa hina; lsa hon; lissa hon; \
     lessa hon; lissa mawgood; lissa mawgoud; lessa mawgood; lesa mawgood; lissa mawjood; lissa mawjoud; lessa mawjood; \
     lissa ma3ak; lessa ma3ak; lesa ma3ak; ana hena; ana hina; ana hna; ana hon; ana hni; ana hnee; ana lissa hena; ana \
     lessa hena; ana lesa hena; ana lissa hon; ana lsa hon; ana mawjood; ana mawjoud; ana mawjud; ana mawgood; ana mawgoud; \
     ana mawgod; ana mawjooda; ana mawjode; ana ma3ak; ana ma3akom; ana m3ak; ba3dni \
     hon; b3dni hon; ba3dni hena; lal7een hena; lel7een hena; lal7een mawjood; lel7een mawjood; rani hna; rani hnaya; \
     mazal hna; mazelt hna; mazelt hena; mazilt huna; ba2i hena; entom hena; ento hena; enta hena; inta hon; enta ma3aya; \
     inta ma3i; \
     did anyone come; did anybody come; has anyone come; has anybody come; is anyone coming; is anybody coming; is \
     someone coming; is somebody coming; is help coming; did you reach anyone; did you reach anybody; did you reach \
     someone; have you reached anyone; did anyone answer; did anybody answer; has anyone answered; \
     anyone; anybody; anyone there; any one there; anybody there; anyone here; is anyone there; \
     is anybody there; is anyone here; is anyone around; are you there; you there; r u there; \
     still there; are you still there; are you here; answer me; reply; please reply; reply \
     please; pls reply; respond; please respond; respond please; knock knock; hello anyone; is \
     there anyone; is there anybody; is there anyone there; anyone home; is someone there; \
     someone there; are you with me; are you still with me; are you still here; are you guys there; you still there; u \
     there; u still there; still with me; is anybody here; anybody here; still here; im still here; i am still here; im \
     here; i am here; im right here; i am right here; im here still; im still right here; still around; im still around; i am \
     still around; still with you; im still with you; i am still with you; yes im here; yes i am here; yes im still here; \
     yes i am still here; yes still here; i havent left; i have not left; i havent gone; i have not gone; i didnt leave; i \
     did not leave; im not gone;"
);

/// Words that may stand in any social message and change nothing.
pub(super) static FILLER: Phrases = phrases!(
    "يا; اخي; اخوي; اخويا; اختي; خوي; خويا; استاذ; استاذه; استاذي; حبيبي; حبيبتي; عزيزي; عزيزتي; \
     غالي; الغالي; الغاليه; والله; جدا; جزيلا; كتير; كثير; كثيرا; اوي; قوي; مره; وايد; واجد; \
     برشا; بزاف; هواي; هوايه; لك; لكم; ليك; ليكم; الك; الكم; عليك; عليكم; فيك; فيكم; بك; بكم; و; \
     جميعا; للجميع; الجميع; شباب; يا شباب; سيدي; سيدتي; من القلب; بخير; علي المساعده; علي \
     مساعدتك; علي تعاونك; علي تعاونكم; علي الرد; علي سرعه الرد; علي الرد السريع; علي خدمتكم; علي \
     وقتك; سند; لو سمحت; لو سمحتوا; من فضلك; يا غالي; يا باشا; باشا; يا فندم; فندم; يا ريس; يا \
     معلم; ya; akhi; a5i; habibi; 7abibi; habibti; 7abibti; wallah; walla; w; ktir; kteer; awi; \
     awy; jiddan; gedan; bezaf; bzaf; barsha; ya jama3a; ya shabab; basha; there; team; all; \
     everyone; guys; dear; sir; madam; maam; mam; bro; brother; sis; sister; buddy; man; mate; \
     friend; my friend; boss; dude; folks; sanad; bot; so; very; much; a lot; alot; lots; really; \
     again; and; too; then; now; please; pls; plz; well; to; you; u; today; oh; ah; well then; \
     once again; support team; in advance; a bunch; a million; very much; so much;"
);

/// Short answers that accept.
pub(super) static AFFIRM: Phrases = phrases!(
    "نعم; اي; اي نعم; ايه; ايه نعم; ايوه; ايوا; ايوة; ايو; اه; اها; اهه; اجل; بلي; بلا; صح; صحيح; \
     اكيد; طبعا; بالتاكيد; بالطبع; موافق; موافقه; تمام; تم; تم الحل; تم حلها; تم حل المشكله; \
     انحلت; انحلت المشكله; المشكله انحلت; حليت; اتحلت; اتحلت المشكله; المشكله اتحلت; تحلت; \
     محلوله; خلاص انحلت; اشتغل; اشتغلت; اشتغل الحين; شغال; صار يشتغل; اوك; اوكي; اوكيه; ماشي; \
     طيب; حسنا; زبط; زبطت; ظبط; ظبطت; مظبوط; مزبوط; مضبوط; هيك تمام; كده تمام; واه; وي; ييه; \
     ايواه; اه نعم; وخا; واخا; يس; ياب; اوف كورس; اي والله; ايه والله; هو هذا; هذا هو; هو ده; \
     ايوه ده; هي هذي; بالضبط; بالزبط; لو سمحت; من فضلك; ابغي; اريد ذلك; كلش تمام; حصلت; وصلت; \
     لقيتها; لقيته; كفيت ووفيت; \
     aywa; aiwa; eywa; ewa; na3am; naam; eh; eyh; ee; ah; aah; akeed; akid; tab3an; sa7; sah; \
     tamam; tmam; tam; mashi; tayeb; mwafe2; muwafiq; wakha; n7allet; in7allat; et7allet; \
     etzabat; zabat; eshtaghal; mazboot; mazbout; bezabt; bzabt; \
     yes; yes it is; yes it does; yes it did; yes i am; yes i do; yes that is it; yes thats it; \
     yes thats right; yeah; yea; yeh; yep; yup; ya; yess; yas; ye; y; aye; sure; of course; ofc; \
     definitely; absolutely; certainly; indeed; correct; exactly; right; thats right; that is \
     right; thats it; that is it; thats correct; true; ok; okay; fine; alright; solved; resolved; \
     fixed; it is solved; its solved; it is resolved; its resolved; it is fixed; its fixed; \
     problem solved; all good; all set; all done; issue solved; issue resolved; it works; it \
     works now; it worked; that worked; works; works now; working now; its working; its working \
     now; it is working; it is working now; go ahead; do it; please do; agreed; i agree; confirm; \
     confirmed; that helps; that helped; helpful; it helped; i got it; got it; done; perfect; \
     great; it is; it does; it did;"
);

/// A bare no, which thanks turn into a polite one.
pub(super) static NO: Phrases =
    phrases!("لا; لاء; لأ; كلا; لا لا; نو; la; la2; laa; laa2; no; nope; nah; noo; no no;");

/// Nothing more is wanted.
pub(super) static ENOUGH: Phrases = phrases!(
    "لا شيء; لا شي; ولا شي; ولا شيء; مافي شي; ما في شي; مافي شي ثاني; ما في شي ثاني; ولا حاجه; \
     مفيش حاجه; مفيش; ما ابغي شي; ما ابي شي; ما ابغي شي ثاني; ما ابي شي ثاني; ما بدي شي; مابدي شي; \
     مش عايز حاجه; مش عاوز حاجه; ما عندي شي; ما عندي شي ثاني; ما احتاج شي; ما احتاج شيء; ما احتاج; \
     لا احتاج; لا احتاج شيئا; لا احتاج شيئا اخر; لا اريد شيئا; لا اريد شيئا اخر; لا داعي; لا سلامتك; \
     سلامتك; هذا كل شي; هذا كل شيء; بس كذا; بس كده; بس هيك; والو شكرا; \
     wala shi; wala 7aga; ma fi shi; ma bdi shi; \
     nothing; nothing else; nothing more; nothing for now; not for now; no need; no more; \
     no more questions; no other questions; no im good; no im fine; im good; i am good; \
     no that is all; no thats all; no that is it; no thats it; no thats everything; thats everything; that is everything; all good thanks; no all good;"
);

/// Short answers that refuse.
pub(super) static DENY: Phrases = phrases!(
    "لا; لاء; لأ; لء; كلا; لا ابدا; ابدا; مو; مش; لسه; لسا; لساتها; للحين; للحين لا; لحد الان; \
     لحد دلوقتي; بعدها; بعده; ليس بعد; لم تحل; لم تحل بعد; لم تحل المشكله; لم يتم; لم يتم الحل; \
     لم تنحل; ما انحلت; ماانحلت; ما انحلت المشكله; المشكله ما انحلت; ما تم; ما تم الحل; ما حليت; \
     ما حليتها; ما حليتوها; ما اتحلت; ما تحلت; ماتحلت; ماتحلاتش; ما تحلاتش; متحلتش; متحلتش \
     المشكله; ماتحلتش; ما تحلتش; المشكله متحلتش; ما انحل; ما انحل الموضوع; الموضوع ما انحل; ما انحلت مشكلتي; مشكلتي ما انحلت; \
     لم تحل مشكلتي; لم تنحل بعد; ما اتحلتش; لسه ما اتحلتش; ما زالت المشكله; مازالت المشكله; لسه \
     المشكله موجوده; المشكله لسه موجوده; مو محلوله; مش محلوله; مب محلوله; مهيب محلوله; ما \
     زالت; مازالت; المشكله مازالت; المشكله ما زالت; المشكله ما زالت موجوده; مازالت موجوده; ما \
     زالت موجوده; لسه موجوده; ما فاد; مافاد; ما فادت; مافادت; مافادني; ما فادتني; مافادتني; ما افاد; ما افادني; ما \
     افادتني; ما فاد شي; ما فادني شي; ما فاد بشي; لم يفد; لم يفدني; لم تفد; لم تفدني; لم ينفع; لم ينفعني; لم تنفع; لم \
     تنفعني; لم يساعد; لم يساعدني; لم تساعدني; لم استفد; لم استفد شيئا; لم يجد نفعا; بلا فائده; بلا فايده; بدون \
     فائده; بدون فايده; ما فيه فايده; ما في فايده; مافي فايده; ما فيها فايده; ما منه فايده; مانفع; مانفعت; ما نفعني; ما \
     نفعتني; ما ينفع; ما ينفعني; ما نفع شي; ما نفع معي; ما فاد معي; ما زبط معي; ما زبطت معي; ما ضبط معي; ما ضبطت معي; \
     ما استفدت شي; ما استفدت شيء; ما استفدت منه; ما ساعدتني; ما ساعدتوني; ما ساعدني شي; ما ساعد; ما صلح; ما صلحت; ما \
     تصلح; ما تصلحت; ما تعدل; ما تعدلت; مفادش; مافادش; ما فادش; مفادنيش; ما فادنيش; ما نفعش; ما نفعنيش; منفعنيش; \
     مانفعنيش; منفعتش; ما نفعتش; مساعدنيش; ما ساعدنيش; ماساعدنيش; مستفدتش; ما استفدتش; مفيش فايده; ما فيش فايده; \
     ملوش فايده; متصلحش; ما تصلحش; ما تصلحتش; متصلحتش; ما زبطش; مزبطش; ما مشاش; ما مشاتش; ما عاونيش; ما عاونتنيش; ما \
     عاوننيش; ما تصلحاتش; ما خدمش; ما خدماتش; ما خدمتش; بلا فايدة; ما كاين حتى فايده; ما كاين فايده; ما افادنيش; \
     نفس المشكله; لسه نفس المشكله; باقي نفس المشكله; لا زالت; لازالت; \
     مازال; ما زال; باقي; باقي ما انحلت; ما اشتغل; ما يشتغل; ما اشتغلت; ما ضبط; ما ضبطت; ما زبط; \
     ما زبطت; ما ظبط; مش شغال; مو شغال; ما نفع; ما نفعت; منفعش; مانفعش; مو هذا; مش ده; مو هذي; \
     ليس هذا; مو صحيح; غلط; خطا; مش صح; مو صح; مو هو; ما استفدت; ما فادني; ما ساعدني; لا اريد; ما \
     ابغي; ما ابي; مش عايز; ما بدي; مابدي; مابغيتش; ما بغيتش; والو; لا والله; نو; غير محلوله; لم \
     تنتهي; ما خلصت; ما وصل; ما وصلت; ما وصلني; الان; لهلا; لهلق; حتي الان; الي الان; الين الحين; \
     لين الحين; \
     ma fad; mafad; ma fadni; ma nafa3; ma nfa3; manafa3; ma nafa3ni; manfa3sh; ma nafa3sh; ma stafadt; ma \
     istafadt; ma sa3adni; bidoon fayda; bala fayda; mafish fayda; mafeesh fayda; ma fi fayde; \
     la; la2; laa; laa2; lah; la2a; lissa; lessa; lesa; lsa; lssa; mish; mesh; msh; mosh; mush; \
     abadan; ma n7allet; ma in7allat; mat7alletsh; ma et7alletsh; mesh sha8al; mish shaghal; mesh \
     shaghal; ma zabat; ma zabatet; mish hek; mish hayda; mesh da; mo hatha; mo hadha; ghalat; \
     nafs elmoshkela; nafs el mushkile; ba3d la; lal7een; lel7een; \
     no; nope; nah; noo; na; n; no it isnt; no it is not; no it doesnt; no it does not; no it \
     didnt; no it did not; no its not; it is not; it isnt; its not; it didnt; it did not; it \
     doesnt; it does not; no im not; no i dont; no not yet; not yet; not really; not at all; not \
     now; not solved; not resolved; not fixed; not working; not helpful; not it; not that; not \
     this; not this one; not that one; no not that; thats not it; that is not it; that isnt it; \
     thats not what i meant; that is not what i meant; thats not what i asked; that is not what i \
     asked; not what i asked; not what i meant; still no; still not; still not working; still not \
     solved; still not resolved; still not fixed; still the same; still same; same problem; same \
     issue; still have the problem; i still have the problem; the problem is still there; still \
     there; its still not solved; it is still not solved; its still not resolved; it is still \
     not resolved; its still not fixed; it is still not fixed; it still isnt solved; still isnt \
     solved; not solved yet; its not solved yet; my problem is not solved; the problem is not solved; \
     its still not working; it is still not working; it still doesnt work; it still does \
     not work; still doesnt work; doesnt work; does not work; it doesnt work; it does not work; \
     didnt work; did not work; it didnt work; it did not work; was no help; no help; that was no help; it was no help; it was not helpful; that was not helpful; \
     wasnt helpful; that wasnt helpful; it wasnt helpful; no use; it was no use; doesnt help; does not help; it doesnt \
     help; it does not help; that doesnt help; that does not help; hasnt helped; it hasnt helped; that hasnt helped; it \
     has not helped; this is not solved; this isnt solved; this is not fixed; this isnt fixed; this is not resolved; \
     this isnt resolved; this didnt help; this did not help; didnt help me; did not help me; it didnt help me; it did \
     not help me; this didnt help me; this did not help me; it doesnt help me; it does not help me; that doesnt help me; this doesnt help me; this does not help me; \
     that does not help me; this doesnt help; this does not help; that \
     didnt help me; that did not help me; didnt help; did not help; it didnt \
     help; that didnt help; that did not help; unsolved; unresolved; its not solved; it is not \
     solved; it isnt solved; its not resolved; it is not resolved; it isnt resolved; its not \
     fixed; it is not fixed; wrong; thats wrong; that is wrong; incorrect; never; negative; \
     neither; none; none of them; none of these; none of those; i dont think so; dont;"
);

/// Words that say, anywhere in a message, that what was ended is not settled. Said beside a need, where
/// a bare no would mean something else.
pub(super) static UNSETTLED: Phrases = phrases!(
    "ما انحلت; ماانحلت; ما انحل; ما تحلت; ما اتحلت; ما اتحل; متحلتش; ماتحلتش; ما تحلتش; ما اتحلتش; متحلش; ما \
     تحلش; ما تحلاتش; ماتحلاتش; لم تحل; لم يحل; لم تنحل; لم ينحل; لم يتم الحل; مو محلوله; مش محلوله; غير محلوله; ما \
     حليتوها; ما حليتوا; ما حليتو; نفس المشكله; ما زالت المشكله; مازالت المشكله; المشكله مازالت; المشكله ما زالت; \
     المشكله لسه; لسه المشكله; المشكله لسا; المشكله باقيه; المشكله موجوده; باقي المشكله; المشكله رجعت; رجعت المشكله; \
     رجع العطل; لسه ما وصل; لسه ما وصلت; لسا ما وصل; لسا ما وصلت; للحين ما وصل; للحين ما وصلت; لم يصل بعد; لم تصل بعد; \
     الي الان لم يصل; الي الان ما وصل; لحد الان ما وصل; لحد دلوقتي ما وصلش; لسه ما وصلش; لسه موصلش; باقي ما وصل; باقي \
     ما وصلني; مازال ما وصلش; مازال ما وصل; ما تصلحاتش; ما تصلحش; ما نفع; ما فاد; \
     ma n7allet; ma in7allat; mat7alletsh; ma et7alletsh; nafs elmoshkela; nafs el mushkile; lissa ma wsel; lessa \
     mawselsh; \
     not solved; isnt solved; not been solved; not yet solved; not resolved; isnt resolved; not been resolved; not \
     fixed; isnt fixed; not been fixed; unsolved; unresolved; not settled; isnt settled; still not; still no; still \
     isnt; still hasnt; still havent; still has not; still have not; still doesnt work; still does not work; still \
     broken; still missing; still waiting; still have the problem; still have the same problem; still the same problem; \
     problem is still there; same problem again; same issue again; problem is back; the problem came back; not here yet; \
     has not arrived yet; hasnt arrived yet; didnt help; did not help; not over;"
);

/// Words that say, in a message that is a no and nothing else, that nothing has helped: with these it
/// refuses no offer.
pub(super) static UNHELPED: Phrases = phrases!(
    "ما فاد; مافاد; ما فادت; مافادت; مافادني; ما فادني; ما فادتني; ما افاد; ما افادني; لم يفد; لم يفدني; لم تفدني; لم \
     ينفع; لم ينفعني; لم تنفع; لم يساعد; لم يساعدني; لم تساعدني; لم استفد; لم يجد نفعا; بلا فائده; بلا فايده; بدون \
     فائده; بدون فايده; مافي فايده; ما في فايده; ما فيه فايده; ما منه فايده; مفيش فايده; ما فيش فايده; ملوش فايده; ما \
     كاين فايده; ما نفع; مانفع; ما نفعت; مانفعت; ما نفعني; ما نفعتني; ما ينفع; منفعش; مانفعش; ما نفعش; منفعتش; ما \
     نفعنيش; منفعنيش; مفادش; مافادش; ما فادش; مفادنيش; ما فادنيش; ما ساعد; ما ساعدني; ما ساعدتني; ما ساعدتوني; ما \
     ساعدنيش; ما استفدت; مستفدتش; ما استفدتش; ما صلح; ما صلحت; ما تصلح; ما تصلحت; متصلحش; متصلحتش; ما زبط; ما زبطت; \
     مزبطش; ما ضبط; ما ضبطت; ما ظبط; ما اشتغل; ما يشتغل; ما اشتغلت; مش شغال; مو شغال; ما حليت; ما حليتها; ما تم الحل; \
     ما خدمش; ما خدمتش; ما عاونيش; ما عاونتنيش; نفس المشكله; ما زالت; مازالت; لسه موجوده; \
     ma fad; mafad; ma fadni; ma nafa3; ma nfa3; manafa3; ma nafa3ni; manfa3sh; ma nafa3sh; ma stafadt; ma istafadt; \
     ma sa3adni; bidoon fayda; bala fayda; mafish fayda; mafeesh fayda; ma fi fayde; mesh sha8al; mish shaghal; mesh \
     shaghal; ma zabat; ma zabatet; \
     not helpful; no help; no use; was no help; wasnt helpful; doesnt help; does not help; hasnt helped; has not \
     helped; didnt help; did not help; still not working; not working; doesnt work; does not work; didnt work; did \
     not work; same problem; same issue;"
);

/// After these nothing is said to be so: "if it is not solved".
pub(super) static SUPPOSES: Phrases =
    phrases!("اذا; لو ما; لو لم; في حال; في حاله; iza; if; in case; unless; suppose;");
