"""Names of months, short and long, in the languages that exports are written in: one table of words."""

# January to December: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Turkish
_WORDS = (
    "jan january januar jän jänner janv janvier ene enero janeiro gen gennaio januari sty stycznia styczeń янв "
    "января январь oca ocak",
    "feb february februar févr fév février fevrier fevr febrero fev fevereiro febbraio februari lut lutego luty фев "
    "февр февраля февраль şub şubat subat",
    "mar march mär märz mrz mars marzo março maart mrt marca marzec мар марта март mart",
    "apr april avr avril abr abril aprile kwi kwietnia kwiecień апр апреля апрель nis nisan",
    "may mai mayo maio mag maggio mei maj maja май мая mayıs mayis",
    "jun june juni juin junio junho giu giugno cze czerwca czerwiec июн июня июнь haz haziran",
    "jul july juli juil juillet julio julho lug luglio lip lipca lipiec июл июля июль tem temmuz",
    "aug august août aout ago agosto augustus sie sierpnia sierpień авг августа август ağu ağustos agustos",
    "sep sept september septembre septiembre set setembro settembre wrz września wrzesień сен сент сентября "
    "сентябрь eyl eylül eylul",
    "oct october okt oktober octobre octubre out outubro ott ottobre paź października październik окт октября "
    "октябрь eki ekim",
    "nov november novembre noviembre novembro lis listopada listopad ноя нояб ноября ноябрь kas kasım kasim",
    "dec december dez dezember déc décembre decembre dic diciembre dezembro dicembre gru grudnia grudzień дек декабря "
    "декабрь ara aralık aralik",
)
MONTHS = {word: month for month, words in enumerate(_WORDS, 1) for word in words.split()}
