//! The phrases of short answers, yes, no and what stands between, in the same varieties as those of social
//! acts.

use super::phrase_list::{Phrases, phrases};
use std::sync::LazyLock;

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
     neither; neither of them; neither one; neither of these; not any of these; لا هذا ولا ذاك; لا هذا ولا هذاك; لا ده ولا ده; لا هاد ولا هاد; ولا واحد; ولا وحده; ولا واحد منهم; ولا واحد فيهم; ولا واحده منهم; لا شيء منها; ليس ايا منها; حتي وحده; wala wa7ed; wala wa7de; none; none of them; none of these; none of those; i dont think so; dont;"
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

/// Which of several that were offered, by their place.
pub(super) static PLACES: [Phrases; 3] = [
    phrases!(
        "1; first; the first; first one; the first one; number one; number 1; option one; option 1; \
         الاول; الاولي; اول واحد; اول وحده; اول شي; الاولاني; الاولانيه; رقم واحد; رقم 1; اللول; اللولا; لولا; \
         الخيار الاول; \
         el awal; el awwal; al awal; alawal; elawal; el oula; awal wa7ed; awwal wa7ad; el awalani;"
    ),
    phrases!(
        "2; second; the second; second one; the second one; number two; number 2; option two; option 2; \
         الثاني; الثانيه; التاني; التانيه; ثاني واحد; ثاني وحده; تاني واحد; تاني وحده; رقم اثنين; رقم 2; الخيار الثاني; \
         الزوج; \
         el tani; eltani; el thani; althani; al thani; el tanya; eltanya; el tanye; tani wa7ed;"
    ),
    phrases!(
        "3; third; the third; third one; the third one; number three; number 3; option three; option 3; \
         الثالث; الثالثه; التالت; التالته; ثالث واحد; تالت واحد; رقم ثلاثه; رقم 3; الخيار الثالث; \
         el talet; eltalet; el thaleth; al thaleth; el talta;"
    ),
];

/// The one that was offered last.
pub(super) static LAST_PLACE: Phrases = phrases!(
    "last; the last; last one; the last one; الاخير; الاخيره; اخر واحد; اخر وحده; اخر شي; el a5eer; el akheer; akher wa7ed;"
);

/// What may stand before a place.
pub(super) static CHOOSES: Phrases = phrases!(
    "i mean; i meant; i choose; i pick; ill take; i want; it is; its; اقصد; قصدي; اختار; ابي; ابغي; اريد; عايز; عاوز; بدي; \
     بغيت; 2asdi; abi; 3ayez; bedi; bdi;"
);

/// What was asked for is not to be done after all. Said only of what is just being asked about.
pub(super) static CHANGED_MIND: Phrases = phrases!(
    "keep it; ill keep it; i will keep it; actually no; no wait; wait no; no actually; leave it; just leave it; forget it; \
     forget about it; forget that; changed my mind; i changed my mind; i have changed my mind; ive changed my mind; on second \
     thought; on second thoughts; actually; not any more; not anymore; never mind; nevermind; nvm; scrap that; not now; not right now; لا اريد الان; ليس الان; مو الحين; مش دلوقتي; مش هلق; مو هلق; dont bother; \
     خلاص; لا خلاص; استني; لا استني; استنا; لا استنا; بخليه; بخليها; خليه; خليها; غيرت رايي; بدلت رايي; بطلت; هونت; خلص; لا \
     خلص; بلاش; لا بلاش; سيبه; سيبها; رجعت في كلامي; عدلت عن ذلك; بلاها; لا بلاها; صافي; لا صافي; لا تكمل; انسي; انسي \
     الموضوع; \
     khalas; 5alas; la khalas; la 5alas; balash; la balash; 5aleeha; khaliha; hawwant; batalt; ghayart ra2yi;"
);

/// There is something else to say, and it is not yet said.
pub(super) static MORE: Phrases = phrases!(
    "one more thing; one more question; another question; another thing; i have another question; i have one more \
     question; i have one more thing; one last thing; one last question; something else; there is something else; i have \
     something else; \
     باقي شي; باقي شي واحد; باقي سؤال; فيه شي ثاني; في شي ثاني; شي ثاني; عندي سؤال ثاني; عندي سؤال اخر; سؤال ثاني; سؤال اخر; \
     لدي سؤال اخر; حاجه تانيه; في حاجه تانيه; فيه حاجه تانيه; حاجه كمان; سؤال تاني; عندي سؤال تاني; كمان سؤال; شي تاني; في شي \
     تاني; كمان شغله; شغله تانيه; امر اخر; لدي امر اخر; سؤال كمان; سؤال واحد كمان; واحد السؤال اخر; \
     so2al tani; 3andi so2al tani; 3ndi so2al tani; fi shi tani; shi tani; baqi shi; 7aga tanya; fi 7aga tanya;"
);
