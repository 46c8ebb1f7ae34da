namespace ChatBot.Tests.Tokens.Texts;

/// <summary>Other languages and scripts, emoji, and all of them at once.</summary>
public static class WorldTexts
{
    public const string Chinese = """
        你好，我上个星期买了一台咖啡机，可是今天打开箱子的时候发现水箱有一条裂缝。请问可以换一台新的吗？订单号是2026-1187，发票我还留着。
        如果需要照片，我马上就可以发给你们。另外，快递员说退货要用原来的包装盒，但是盒子已经被我儿子剪成了一只恐龙。怎么办呢？
        沒關係，我們會寄一個新的紙箱給您，裡面附有回郵標籤。請您在七天之內把商品寄回，收到以後我們當天就會寄出新的機器。
        """;

    public const string Japanese = """
        お世話になっております。先日注文した自転車のライトが届きましたが、取り付け用のネジが一本足りませんでした。
        部品だけを送っていただくことはできますか？　できれば今週の金曜日（１１月２７日）までにお願いしたいです。
        承知いたしました。ご不便をおかけして申し訳ございません。本日中に発送いたしますので、今しばらくお待ちくださいませ。ﾊﾝｶｸもあります。
        """;

    public const string Korean = """
        안녕하세요! 어제 주문한 책이 언제 도착하는지 알고 싶어요. 배송 조회를 해 봤는데 아직도 '상품 준비 중'이라고만 나와요.
        불편을 드려 죄송합니다. 주문하신 책 두 권 가운데 한 권이 오늘 입고되어서, 내일 오전에 함께 보내 드리겠습니다.
        """;

    public const string European = """
        Grüß Gott! Könnten Sie mir bitte sagen, weshalb die Straßenbahnhaltestellenbeleuchtung schon wieder ausgefallen ist? Übrigens: 1.234,50 €.
        L'été dernier, j'ai acheté un parapluie chez vous ; aujourd'hui, il n'a plus qu'une baleine. Est-ce que c'est « normal » ? Où çà ?
        ¿Por qué no me llega el correo de confirmación? Ya lo he pedido tres veces, y el señor del teléfono me dijo que mañana estaría listo.
        Zażółcić gęślą jaźń to za mało: chciałbym też zwrócić te buty. Příliš žluťoučký? Nu, mulțumesc! İstanbul'dan ışık aldım, çok güzel.
        Добрый день! Подскажите, пожалуйста, когда откроется ваш новый магазин на набережной? Мы с женой уже третью неделю ждём этого дня.
        Καλημέρα σας, θα ήθελα να αλλάξω τη διεύθυνση παράδοσης της παραγγελίας μου. Ευχαριστώ πολύ για τη βοήθεια! Ὁ ἄνθρωπος;
        """;

    public const string Complex = """
        مرحبًا، أريد أن أعرف لماذا لم تصل رسالتي إلى قسم المبيعات حتى الآن. لقد كتبتُها يوم الأحد الماضي في الساعة ٩:٤٥ صباحًا.
        שלום, הזמנתי אצלכם שולחן לפני חודש, ועדיין חסרה לו רגל אחת. מתי תגיע? בְּרֵאשִׁית יש לי סבלנות.
        नमस्ते, मेरी साइकिल का पहिया घूमता नहीं है। क्या आप बता सकते हैं कि मरम्मत में कितने रुपये लगेंगे? लगभग १२३४?
        สวัสดีค่ะ ขอสอบถามว่าร้านเปิดกี่โมงในวันอาทิตย์ และมีที่จอดรถหรือเปล่าคะ ขอบคุณมากค่ะ
        Xin chào, tôi muốn đổi chiếc áo này lấy một chiếc lớn hơn. Ở cửa hàng gần nhất còn màu xanh không ạ?
        வணக்கம், என் கடிதம் எங்கே? ກະລຸນາລໍຖ້າ. მადლობა! Շնորհակալություն։ ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ. ᠮᠣᠩᠭᠣᠯ
        """;

    // Skin tones, families and flags joined from several characters, keycaps, tags, and a variation selector that stands alone.
    public const string Emoji =
        "😀😂🤣 ok 👍🏽👍🏿 👩‍👩‍👧‍👦 👨🏻‍🚀🧑🏾‍🤝‍🧑🏼 🇳🇴🇯🇵🇺🇳 🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F 1️⃣2️⃣#️⃣ ❤️‍🔥❤ \uFE0F ☺️☺︎ 🫠🪿🩷 🧑‍🧑‍🧒‍🧒 ♀️ 🏳️‍🌈 party🎉🎉🎉!!! 🥳it's";

    // Letters, digits and marks beyond U+FFFF, which are a pair of surrogates each.
    public const string Astral =
        "𝐇𝐞𝐥𝐥𝐨 𝖶𝗈𝗋𝗅𝖽 𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗 𠮷野家で𠮟る 𐌰𐌱𐌲 𐐀𐐁𐐨𐐩'S 𞤀𞤣𞤤𞤢𞤥 𝄞𝅘𝅥𝅮 𒀀𒁀𒂀 𓀀𓁐 𑀓𑁆𑀱 𞄀𞄁 a𝐛C𝐃𝐞 𝕏'll 🄰🅱 1𝟐3𝟜";

    public const string Marks =
        "Cafe\u0301 Z\u0351\u036B\u0343a\u0329\u0323l\u0320g\u031Eo\u0347 e\u0301\u0301\u0301\u0301 \u0301 \u0301x X\u0301'S \u20DD!\u20DDabc \u0301ABC A\u030AB\u030AC A\u200Db\u200Cc \u202Eright\u202C a\u00ADb \uFEFFx k\u212A \u01C5ungla \u02B0\u02B2\u02B7 \uFB01ne \uFF21\uFF42\uFF11";

    public const string Mixed = """
        Meeting 会议 at 10:30 👩🏽‍💻 in Zürich (Raum №3, étage 2) – please bring the Vertrag_v2.1_final(3).docx!!! 价格：¥1,299.00／€163,50
        @anna_k: «ты где?» … I'm at 東京駅八重洲口, gate B-7 🚄; see https://example.com/a/b?q=%E6%9D%B1%E4%BA%AC&lang=ja#top
        ERROR[2026-11-22T22:11:43.512Z] 0x7ffeefbff5c8: naïve façade → coöperate; ½ + ⅓ ≠ ¾ · x² ≤ √2 · µ=5.0e-3 · ΔT≈−40°C · 100℉ · №Ⅳ
        """;

    public static IReadOnlyList<string> All { get; } =
        [Chinese, Japanese, Korean, European, Complex, Emoji, Astral, Marks, Mixed, "<|endoftext|><|im_start|>system<|im_end|>", string.Empty, " ", "'s", "''", "\0\u0001\u007F"];
}
