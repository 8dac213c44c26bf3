"""The phrase bank: scene templates, pools and phrases read from configs/story/<language>/*.toml. No world, no plot.

FORMAT (the same in every language; ids, slot names and fact words never change, only the spoken text does)
Every `scenes_*.toml` file holds any number of

    [[scene]]
    id = "b0_van"                 # unique in the language
    step = "B0"                   # B0..B9 | probe setback clue test (gaps) | enter lose lever win pay (arena steps)
    engines = ["supernatural"]    # revenge identity supernatural contract rebirth forbidden palace survival inquiry; [] = any
    eras = ["now"]                # now palace future; [] = any
    acts = [1, 2]                 # [] = any; act 1 = B0-B2, 2 = B3-B4, 3 = B5-B6, 4 = B7-B9 (gaps: act of the last beat)
    where = "lair"                # home lair seat shelter road stage | "" = any
    cast = "L R"                  # who is there; G = nobody else. Roles: L R A T U N (lead rival ally traitor authority innocent)
    phone = "U"                   # who is only heard, on a phone or at the door ("" = nobody)
    mood = "dread"                # models.base.MOODS
    needs = ["free L", "knows R power", "!knows R limit", "holds L proof", "warm A L >= 1", "well A", "threat kidnap"]
    title = ["Lilies", "The van"]             # >= 2 wordings, 1-4 words
    synopsis = ["{R} takes {L} from {home}; {U} denies {L.him}."]   # actor+verb+object+cost, <= 16 words, >= 2 wordings
    script = '''
    R taunt smirk: First wording. | Second wording. | Third wording.
    * insert proof clock: rain runs over the glass of the {proof}
    U deny cold phone: I have no daughter. | ... | ...
    '''
    changes = '''
    1! {R} takes {L} :: captive L R
    4 {L} hears {U} deny {L.him} :: warm L U -2
    6 {R} sees what {L} can do :: suspects R power
    '''
    [[scene.button]]              # 1-3 buttons; the planner takes one whose kind was not used in the last two episodes
    kind = "impossible"           # identity slip arrival clock choice betrayal object peril offer impossible
    strength = 4                  # 3..5
    say = "L reveal shock: He's asking why you still wear his {proof}. | ... | ..."
    ask = "Who spoke through the {proof}?"
    answers = ["the dead man himself", "somebody who fed {L.him} the words"]
    pay = '''
    R deny cold: Nobody alive knew about that {proof}. | ... | ...
    L reveal tender: It was your brother. He is still cold. | ...
    '''
    paid = "{R} believes the dead man spoke :: believes R voice"

script lines: SPEAKER FUNCTION EMOTION [DELIVERY]: wordings split by " | " (>= 3 each; any wording must fit between any
  wordings of its neighbours). FUNCTION = accuse deny threaten bargain confess taunt order plead reveal decide.
  EMOTION and DELIVERY (default voice) are words of models.base. The first line is the scene's own hook (<= 9 words /
  14 Han). 6-8 lines; the button is added after them, and the pay line of the previous cliff is put BEFORE them. So the
  script plus one button must be 46-51 English words (105-118 Han characters), pay lines 5-9 words (8-15 Han).
stage lines: "* KIND WHO-OR-WHAT [SOUND]: what is seen". KIND = insert (a prop: proof token prop3), act (a silent deed),
  reaction, establish. SOUND = door phone glass knock footstep heartbeat thunder page shutter sword magic murmur clock.
  2-4 of them, where they happen.
changes: "LINE[!] event sentence :: fact; fact". LINE counts the scene's own spoken lines from 1 (0 = before the
  first; 99 = the button); "!" = cannot be undone. At least 3, one with "!". Facts:
    knows X SECRET saw|overheard|deduced|told:Y   SECRET = power secret deed limit sale, or *word = a fresh secret of
                                                  this episode (use * whenever the thing learned is local)
    suspects X SECRET · believes X WORD · holds PROP X (PROP = proof token prop3) · warm X Y +1|-2 · rank X +1|-1
    captive X Y · free X · hurt X WORD · healed X · promise X Y *word · lost X *word · won X *word · clock -1
pay: the first spoken line of the NEXT episode; it must ANSWER the question in passing, stand alone (speaker says what
  happened), and may be said by any listed speaker who is in that next scene: give lines for >= 3 speakers.
  `paid` = event :: facts, as one change.
Season roles of the secrets: `power` what L can do · `secret` who L is / what L hides · `deed` the old crime ·
  `limit` how L's power is stopped · `sale` that T works for R.
Guarantees by beat: deed is known to R's camp only in part; B1 L uses power/secret; B2 R suspects; B3 A knows power;
  B4 L knows deed (it was T, or T helped); B5 R knows limit from T; B6 L knows sale; A hurt; B7 L gives up the stake;
  B8 U knows secret and deed; B9 R is finished or turned.

SLOTS: {x} or {x.form}. People {L} {R} {A} {T} {U} {N} with .he .him .his .He .His .child (son/daughter) .girl (girl/boy)
  .woman .full (full name). Things {proof} {token} {prop3} with .a (a watch / 一块表) .the. Places {place} (here) {home}
  {lair} {seat} {shelter} {road} {stage} with .the ("the mansion"). Season: {power} (noun phrase, "the gift") {stake}
  (what L stands to lose or win) {victim} (dead person of the old crime) {night} ("the night of the fire") {deed} (finite
  clause: "somebody pushed Jonah off the bridge") {secret} (finite clause) {limit} ("cold iron on her skin") {price}
  (what each use costs: "a memory") {clock} ("Friday") {sum} {food} {weather}. Arena kit (arena steps, also gaps):
  {event} ("the auction") {thing} ("lot nine") {keeper} ("the auctioneer") {rule} ("no bid after the bell") {test}
  ("bid blind") {prize} {slur} ("florist with a paddle") {lever} ("the reserve price") {trade} .
Chinese: measure word {proof.mw}; text uses full-width marks; no spaces.

`pools.toml` holds [pools] lists for season slots by era, `[[kit]]` arena kits, `[[crime]]` old crimes; `phrases.toml`
holds [fill] FUNCTION = [skeletons] (>= 12 per function; the emergency lengtheners, same slots) and [words] (what the
engine says in titles, event and arc text)."""
