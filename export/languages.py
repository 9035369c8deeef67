"""Words that tell English from the other languages that tweets are written in, chosen and listed by hand.

Function words mostly, because hardly a sentence does without them: "the", "que", "und". A word that is common
in English tweets *and* in one of the other languages ("me", "no", "in", "die") tells nothing and stands in
neither list. Words are spelt as in a normalised text: lower case, no letter more than twice.
"""

ENGLISH = frozenset(
    """
    i i'm im i've ive i'd i'll ill my mine myself you your you're youre u ur yours yourself he's she
    she's her hers it it's its we we're we've our ours us they they're their them this that that's thats
    these those the and but or if because cause cuz than then there there's theres here when where why
    what what's whats who which how of to too for from with without about after before again against at
    by into onto over under out off on only up down be been being are aren't isn't were weren't wasn't
    have haven't has hasn't had hadn't do don't dont does doesn't did didn't didnt will would wouldn't
    can't cant cannot could couldn't should shouldn't may might must not never nothing nobody just very
    really so such more most much many few some any every each all both other another same own now today
    tomorrow yesterday tonight still yet already always ever soon get got getting go going gonna gotta
    wanna want wants need needs know knows think see make made makes take say said says tell come came
    look looks like liked love loved loves hate good great bad best worst nice new old last first next
    day days week time people thing things something someone anyone everyone everything anything thanks
    thank thx thanx please sorry yes yeah yay lol haha hahaha hope hopefully wish back home work working
    school sleep bed night morning happy sad feel feeling feels fun cool awesome amazing right wrong well
    oh ok okay hey hello hi wow omg wtf doing done having watching waiting trying am an one two life
    friends friend guys girl follow twitter flight even ready finally try game movie music song weekend
    sunday monday tuesday wednesday thursday friday saturday
    """.split()  # noqa: SIM905
)

OTHERS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "Spanish": """
            que qué el los las una unos unas del al y con por para pero porque como cómo más muy mucho mucha
            muchas muchos esto esta está este estoy están estos estas eso ese esa también cuando donde dónde
            quien quién tú ella nosotros ellos ellas mis tu tus su sus nos lo le les hay ser soy eres somos
            fue fui era tiene tengo tienes tienen hace hacer hoy ayer mañana siempre nunca nada todo todos
            toda todas bien mejor peor mal gracias hola bueno buena buenos buenas días noche aquí ahora
            después desde hasta entre sin sobre si sí ni pues así vamos voy va quiero puedo puede sé gusta
            amigo amigos vida feliz vuelo aeropuerto horas año años día mierda jaja jajaja
        """,
        "Portuguese": """
            que uma umas dos das não nao na nas por pra para mas porque como mais muito muita muitos muitas
            isso isto esse essa este esta está estou tô tá também tambem quando onde quem eu você voce vc
            ele ela nós eles elas meu minha meus minhas seu sua seus suas te já ja tem tenho ter ser sou foi
            era fazer hoje ontem amanhã sempre nunca nada tudo todo todos toda bem melhor pior obrigado
            obrigada olá bom boa dias noite aqui agora depois desde até entre sem sobre sim nem então vamos
            vou vai quero posso pode gosto gostei amigo amigos vida feliz voo aeroporto horas ano anos gente
            saudade ainda só pelo pela aos às à ao
        """,
        "French": """
            le la les un une des du et est c'est que qui quoi dans pour pas avec sans sur sous mais ou où
            donc je j'ai jai j'suis suis tu il elle nous vous ils elles mes tes ses notre votre leur leurs
            ce cette ces cet ça été être etre avoir avons avez ont sont sommes fait faire très tres bien mal
            mieux tout tous toute toutes rien jamais toujours encore aussi aujourd'hui hier demain merci
            bonjour bonsoir salut oui quand comme pourquoi parce même meme trop peu beaucoup vraiment j'aime
            n'est n'ai d'un d'une qu'il qu'on s'est l'on vol avion heures temps jour soir nuit vie heureux
            heureuse alors puis chez aux au y
        """,
        "Italian": """
            il lo la gli le un uno una di del della dello dei delle degli al alla allo alle dal dalla nel
            nella nei nelle sul sulla con tra fra è che cosa più piu anche perché perche quando dove io tu
            lui lei noi voi loro mio mia miei mie tuo tua suo sua questo questa questi queste quello quella
            sono sei siamo siete era hai abbiamo hanno stato stata fare fatto oggi ieri domani sempre mai
            niente tutto tutti tutta molto molta tanto troppo bene meglio grazie ciao buongiorno buonanotte
            sì ora adesso poi già ancora ogni così cosi vita amici amico felice volo aeroporto ore anni
            giorno notte
        """,
        "German": """
            der das dem des ein eine einen einem einer und oder aber nicht kein keine ist sind bin bist
            waren wird werden wurde habe haben hab hatte ich du sie wir ihr mich mir dich dir uns euch mein
            meine meinen dein deine sein seine unser mit ohne für fuer auf aus bei nach von vom zu zum zur
            über ueber unter vor wenn weil dass daß wie wo wer warum doch noch nur auch schon sehr mehr
            immer nie nichts alles alle heute gestern morgen jetzt wieder gut besser schlecht danke bitte
            hallo ja nein mal halt dann denn so'n einfach kann können muss gibt geht macht leben freunde
            flug flughafen stunden jahre nacht endlich
        """,
        "Dutch": """
            de het een en maar niet geen zijn bent waren wordt heb hebt heeft hebben ik jij je hij zij ze
            wij jullie mij jou mijn jouw haar ons onze zonder voor op uit bij naar vanaf aan om onder als
            omdat dat dit deze hoe waar wie waarom nog ook wel heel erg meer meest altijd nooit niets alles
            iedereen vandaag gisteren morgen nu weer goed beter slecht dank bedankt dankjewel hallo ja nee
            gewoon kan kunnen moet wil gaat gaan doen leven vrienden vlucht uur jaar dag nacht eindelijk
            lekker leuk mooi echt
        """,
        "Swedish, Danish, Norwegian": """
            och att det som jag du han vi ni dom är var hade inte ej ett på av från med utan för över om
            när där här vad vem varför hur eller också bara mycket mer alltid aldrig ingenting allt alla
            idag igår imorgon nu igen bra bättre dålig tack hej nej mig mitt mina din ditt sig sin og jeg
            ikke fra meg deg også kun bare mye meget når hvor hva hvad hvem hvorfor hvordan altid takk tak
            hei efter etter blev ble skal vil kan nei liv venner vänner flyg timer timmar dag natt
        """,
        "Indonesian, Malay": """
            yang di ke dari untuk dengan ini itu ada adalah akan sudah udah sudh belum tidak tak gak nggak
            bukan jangan aku saya kamu kau kami kita mereka apa siapa kenapa mengapa bagaimana gimana kapan
            dimana mana juga saja aja lagi masih sangat banget sekali lebih paling semua setiap banyak
            sedikit hari besok kemarin sekarang selalu pernah bisa boleh harus mau ingin kalau kalo karena
            tapi tetapi atau jadi sama pada dalam luar bagus jelek terima kasih makasih selamat pagi malam
            siang teman hidup senang sedih penerbangan tahun dah nak tengok orang
        """,
        "Tagalog": """
            ang ng mga ay na naman nang kung kapag pag kasi dahil pero hindi di wala walang meron mayroon
            ako ikaw ka siya tayo kami kayo sila ko niya natin namin ninyo nila akin iyo kanya atin ito iyan
            iyon yung yun dito diyan doon ano sino saan kailan bakit paano rin ba nga po opo talaga
            sobra sobrang lahat bukas kahapon ngayon palagi laging salamat kamusta kumusta maganda pangit
            masaya malungkot gusto ayaw kaya para araw gabi oras taon buhay kaibigan sana ulit
        """,
        "Turkish": """
            bir ve bu şu de için icin ile gibi kadar çok cok daha en ne nasıl nasil neden niye nerede zaman
            sen biz siz onlar bana sana ona bize benim senin onun bizim var yok değil degil ama fakat çünkü
            cunku eğer şimdi simdi bugün bugun dün yarın yarin hep hiç hic şey sey herkes iyi kötü kotu
            güzel guzel teşekkürler tesekkurler merhaba evet hayır oldu olan olarak oluyor olsun yine hala
            artık sonra önce hayat arkadaş mutlu uçuş saat yıl gün gece
        """,
        "Polish": """
            się sie nie jest są był była było być mam masz mamy ja ona wy oni mnie ciebie cię jego jej nas
            ich mój moja moje twój te tego tej na od po za przez dla bez ale lub albo że ze gdy kiedy gdzie
            kto dlaczego jak tak już juz jeszcze tylko też tez bardzo więcej zawsze nigdy nic wszystko
            wszyscy dziś dzisiaj wczoraj jutro teraz znowu dobrze lepiej źle dziękuję dzieki cześć lotnisko
            godziny lat dzień noc życie
        """,
        "Hindi in Latin letters": """
            hai hain thi nahi nahin nhi kya kyu kyun kyon kaise kab kahan kaun mera meri mere tera teri tere
            hum tum aap mein mujhe tujhe uska uski unka unki iska iski woh wo ko ka ki ke se bhi aur lekin
            magar agar toh phir abhi aaj kal hamesha kabhi kuch sab bahut bohot accha acha achha bura raha
            rahi rahe gaya gayi gaye karo karna karte hoga hogi bhai yaar zindagi dost khush
        """,
    }.items()
}
