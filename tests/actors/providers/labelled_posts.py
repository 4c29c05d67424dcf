"""Posts as channels publish them, each with its channel and the tags that a person gave it."""

from __future__ import annotations

from typing import Final

POSTS: Final[tuple[tuple[int, str, tuple[str, ...]], ...]] = (
    (1, """⚡️ Банк России поднял ключевую ставку до 21% годовых. Регулятор объяснил решение тем,
что инфляция остаётся выше прогноза, а рост кредитования не замедляется. Следующее
заседание совета директоров пройдёт 20 декабря.""",
     ("ключевая ставка", "банк россии", "инфляция", "экономика")),
    (1, """Рубль снова слабеет: доллар на межбанке превысил 104 рубля. Аналитики связывают
ослабление с санкциями против Газпромбанка и снижением экспортной выручки. Подробности —
на сайте https://example.com/news/rub""",
     ("рубль", "доллар", "санкции", "курс валют")),
    (1, """Цены на вторичное жильё в Москве за год выросли на 8%, а число сделок упало на треть.
Риелторы говорят, что ипотека под 25% никому не нужна, и покупатели ждут скидок.""",
     ("недвижимость", "ипотека", "москва", "жильё")),
    (1, """Экспорт российского зерна в ноябре сократился до 4 млн тонн. Пошлины на пшеницу выросли,
и аграриям стало невыгодно продавать урожай за границу.""",
     ("зерно", "экспорт", "пшеница", "сельское хозяйство")),
    (1, """Мосбиржа запускает торги фьючерсами на биткоин. Доступны они будут только
квалифицированным инвесторам, расчёты — в рублях. Минимальный контракт — примерно тысяча
рублей.""",
     ("биткоин", "фьючерсы", "мосбиржа", "инвестиции")),
    (2, """OpenAI показала новую модель o3. На тесте ARC-AGI она набрала 87%, что впервые выше
среднего результата человека. Доступ для исследователей безопасности откроют в январе.""",
     ("openai", "искусственный интеллект", "нейросети", "модель")),
    (2, """Вышел Python 3.13: интерактивная оболочка с цветами, экспериментальная сборка без GIL и
JIT-компилятор. Разработчики обещают, что потоки наконец начнут работать параллельно.
#python #релиз""",
     ("python", "релиз", "программирование", "gil")),
    (2, """В ядре Linux нашли уязвимость, которая позволяет получить права root. Затронуты все
версии с 2014 года, патч уже в основной ветке. Обновитесь, если у вас сервер с открытым
доступом.""",
     ("linux", "уязвимость", "безопасность", "ядро linux")),
    (2, """Сбер выложил в открытый доступ GigaChat Lite. Модель обучена на русском языке, весит 20
млрд параметров и помещается на одну видеокарту. Лицензия — MIT, можно использовать в
коммерции.""",
     ("gigachat", "сбер", "нейросети", "open source")),
    (2, """Хакеры взломали базу данных крупной сети аптек: утекли телефоны и адреса двух миллионов
покупателей. Роскомнадзор начал проверку, компании грозит оборотный штраф.""",
     ("утечка данных", "хакеры", "роскомнадзор", "персональные данные")),
    (3, """«Спартак» обыграл «Зенит» со счётом 3:1 в дерби восемнадцатого тура. Дубль на счету
Угальде, вратарь Максименко отразил пенальти на последней минуте. Отрыв лидера
сократился до двух очков.""",
     ("спартак", "зенит", "футбол", "рпл")),
    (3, """Даниил Медведев не смог защитить титул и проиграл в полуфинале Уимблдона Карлосу
Алькарасу в четырёх сетах. Теннисист признался, что ему мешало колено.""",
     ("теннис", "медведев", "уимблдон", "алькарас")),
    (3, """Сборная России по шахматам едет на Олимпиаду под нейтральным флагом. Международная
федерация отменила запрет, но играть под гимном шахматистам нельзя.""",
     ("шахматы", "олимпиада", "сборная россии", "спорт")),
    (4, """Рецепт выходного дня: тыквенный суп с имбирём. Запеките тыкву с чесноком, пробейте
блендером со сливками, добавьте имбирь и щепотку мускатного ореха. Подавайте с семечками
и гренками.""",
     ("рецепт", "тыквенный суп", "тыква", "кулинария")),
    (4, """Как выбрать кофе в зёрнах? Смотрите на дату обжарки: лучшее зерно — от недели до месяца.
Для турки берите тёмную обжарку, для фильтра — светлую.""",
     ("кофе", "обжарка", "зёрна", "напитки")),
    (5, """Учёные из МГУ обнаружили в вечной мерзлоте Якутии бактерии, которым 40 тысяч лет.
Микробы ожили в лаборатории и оказались устойчивы к современным антибиотикам.""",
     ("бактерии", "вечная мерзлота", "якутия", "наука")),
    (5, """Телескоп «Джеймс Уэбб» сфотографировал самую далёкую галактику: её свет шёл к нам 13,5
млрд лет. Астрономы удивлены, что она такая яркая — теория этого не предсказывала.""",
     ("джеймс уэбб", "телескоп", "галактика", "космос")),
    (5, """Минздрав добавил вакцину от менингококка в национальный календарь прививок. Бесплатно
прививать детей начнут с 2025 года, первая доза — в девять месяцев.""",
     ("вакцина", "минздрав", "прививки", "дети")),
    (6, """В Петербурге из-за сильного ветра закрыли дамбу и парки. Скорость порывов достигает 25
метров в секунду, МЧС просит не парковать машины под деревьями.""",
     ("погода", "петербург", "ветер", "мчс")),
    (6, """Открылась новая станция метро «Лианозово». Продлили салатовую ветку на север, дорога до
центра теперь займёт полчаса. Собянин обещает ещё две станции до конца года.""",
     ("метро", "москва", "лианозово", "транспорт")),
    (11, """The Federal Reserve cut interest rates by a quarter point on Wednesday and signaled
fewer cuts next year, as inflation remains stubborn. Stocks fell sharply after the
announcement.""",
     ("federal reserve", "interest rates", "inflation", "stocks")),
    (11, """Tesla recalls nearly 700,000 vehicles in the U.S. over a tire pressure warning light
that may not stay on. The company will fix it with an over-the-air software update.""",
     ("tesla", "recall", "cars", "software update")),
    (11, """Boeing workers voted to end a seven-week strike after accepting a 38% wage increase.
Production of the 737 MAX at the Seattle plant could resume within days.""",
     ("boeing", "strike", "737 max", "labor")),
    (12, """Rust 1.83 is out: const contexts can now use mutable references, and the compiler got
better error messages. Read the full release notes: https://example.org/rust-1-83""",
     ("rust", "release", "programming", "compiler")),
    (12, """PostgreSQL 18 brings asynchronous I/O. Early benchmarks show sequential scans two to
three times faster on cloud storage; vacuum benefits too. Upgrading keeps planner
statistics at last.""",
     ("postgresql", "databases", "asynchronous i/o", "benchmarks")),
    (12, """A critical vulnerability in OpenSSH lets attackers run code as root without a password.
Patch now or set LoginGraceTime to 0. Researchers found 14 million exposed servers.""",
     ("openssh", "vulnerability", "security", "servers")),
    (13, """Arsenal beat Manchester City 5-1 at the Emirates. Teenager Ethan Nwaneri scored the last
goal in stoppage time, and the crowd sang all the way to the tube.""",
     ("arsenal", "manchester city", "football", "premier league")),
    (13, """Coral reefs are bleaching at record pace: ocean temperatures off Florida reached 38°C
this summer. Marine biologists are moving coral fragments to tanks on land to save them.""",
     ("coral reefs", "climate change", "ocean", "bleaching")),
    (13, """NASA delays the Artemis II moon mission to April 2026 because of heat shield damage on
the Orion capsule. Four astronauts were to fly around the Moon next September.""",
     ("nasa", "artemis", "moon", "space")),
    (13, """The new Dune sequel tops the box office with $82 million in its opening weekend. Critics
praise Villeneuve's direction and Hans Zimmer's score; a third film is in development.""",
     ("dune", "box office", "cinema", "villeneuve")),
)  # fmt: skip
