"""Words that say nothing of what a text is about, in Russian and English."""

from __future__ import annotations

from typing import Final

_RUSSIAN: Final = """
а август августа августе апреле апрель апреля без более больше будем будет буду будут бы был была
были было быть в вам вами вас ваш ваша ваше ваши ведь весь вечер вечером видео вместо вне во
вопрос восемь воскресенье вот впервые впрочем времени время все всегда всего всей всем всеми всех
всю всюду вся всё всё-таки вторая вторник второй вчера вы где говорит говорят год года годов году
годы да давай даже два две двум двух девять декабре декабрь декабря дело день десять для дней дни
дню дня до достаточно друзья его ее ей ему если есть еще ещё её ждут ждёт же за завтра затем зачем
заявил заявила заявили здесь и из из-за из-под извинения извини извините извиняюсь изза или им
именно ими иногда источник итак итоги их июле июль июля июне июнь июня к каждая каждое каждые
каждый как какая какие какого какой какую канал канале кем ко когда кого ком комментарии
комментариях кому конец конца концу которая которого которое которой котором которому которую
которые который которым которых кроме кстати кто куда лет ли либо лишь лучше лучшее лучший людей
люди людьми людям мае май март марта марте мая между меньше меня месте место месяц месяца месяце
месяцев миллиард миллиарда миллиардов миллион миллиона миллионов минут минуте минуты млн млрд мне
многие многих много мной мог могла могли могло могу могут можем может можно мои мой моя моё мы на
над надо наконец нам нами например нас начал начали начнут наш наша наше наши не него недели
неделю неделя нее ней нельзя нем нему несколько нет неё ни нибудь никакой никогда никому никто ним
ними них ничего но новая нового новое новой новую новые новый новым новых ночь ночью ноябре ноябрь
ноября ну нужен нужна нужно нужны о об оба обещает обещают обо объяснил объяснили один одна однако
одни одно одного одной одному около октябре октябрь октября он она они оно опять от очень первая
первого первое первой первые первый перед пишет пишут по под подписаться подписывайтесь
подпишитесь подробнее подробности пожалуйста понедельник после последнее последней последние
последний последняя пост посте потом потому почему почти поэтому при привет примерно про пройдет
пройдёт просит прости простите просто против процент процента процентов пятница пятницу пять раз
раза разве ранее раньше рассказал рассказала рассказали результате руб рублей рубля с сам сама
самая сами само самое самой самую самый самых своего своей свои своих свой свою своя своё связи
себе себя сегодня сейчас секунд секунду семь сентябре сентябрь сентября сих сказал сказала сказали
слова слово смог смогли смотрите снова со совсем сожалению сообщает сообщают сообщил сообщила
сообщили спасибо среда среди среду ссылка ссылке стал стала стали стало станет стать стоит суббота
субботу считает считают счёт счёту т.д т.е так такая также такие такого такое такой такую там твой
те тебе тебя тем теперь то тобой тогда того тоже той только том тому тот тою третий треть трех три
трлн трёх ту тут ты тыс тысяч тысяча тысячи у уж уже утро утром феврале февраль февраля фото
хорошо хотя хотят хочет час часа часов части часть чего чей человек человека чем через четверг
четыре четырёх числе число читайте что чтоб чтобы чуть чье чья шесть эта эти этим этими этих это
этого этой этом этому этот эту я январе январь января
"""

_ENGLISH: Final = """
a able about above according across added after again against ago all almost along already also
although always am among amp an and announced announcement another any anyone anything april are
aren't around as at august away back be became because become been before behind being below best
better between beyond big billion both bring brings but by came can can't cannot channel close com
come comes could couldn't day days december did didn't do does doesn't doing don't done down
during each early either else end enough even ever every everyone everything far february few
fewer find first five for former found four friday from full further gave get gets getting give
given go goes going gone good got great had has hasn't have haven't having he he's hello help her
here hers herself hi high him himself his how however http https i i'm i've if in including
instead into is isn't it it's its itself january july june just keep keeps kept know known large
last late later least left less let lets like likely link little long look looks lot low made
major make makes making many march may maybe me mean means might million monday month months more
most much must my myself near nearly need needs never new next no nobody none nor not nothing
november now number october of off often old on once one only onto or org other others our ours
out over own part past people per percent perhaps photo place please point post put quarter quite
rather reached read really recently record report reported reports right said same saturday saw
say saying says second see seem seems seen september set several shall she should show showed
shows since six small so some someone something soon sorry source start started starts still
subscribe such sunday sure take taken takes taking tell than thank thanks that that's the their
theirs them themselves then there there's these they they're thing things third this those though
thousand three through throughout thursday thus time times to today together told tomorrow too
took top toward trillion try trying tuesday turn two u.s under until up upon us use used uses
using very via video want wants was wasn't way we we're wednesday week weeks well went were
weren't what what's when where whether which while who whole whom whose why will with within
without won't work works would wouldn't www year years yes yesterday yet you you're your yours
yourself
"""

STOPWORDS: Final = frozenset((_RUSSIAN + _ENGLISH).replace("ё", "е").split())
