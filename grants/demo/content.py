"""The texts of the story. Title, amount and country of the grant are published; everything else is invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

Fields = dict[str, str | list[str]]

CALL = "Beyond the Net, large · demonstration round"
TITLE = "Réseaux communautaires dans trois communes agricoles isolées"
CONDITION = "Avant le premier achat, la commune de Tsaratanana confirme par écrit où le mât sera dressé."
PROOF = "The letter from the municipality dated 2 June identifies the plot; it is filed with the agreement."
QUESTION = (
    "Who owns the land under the mast, and who will repair it after the project? "
    "Explain this in the sustainability section."
)

ANSWERS: Fields = {
    "title": TITLE,
    "summary": "Trois communes agricoles, entre 40 et 75 km de la fibre la plus proche, construisent un réseau "
    "communautaire : relais radio solaires, point d’accès à l’école et au dispensaire, techniciens formés sur place. "
    "Le réseau appartient à une coopérative par commune.",
    "problem": "Ambohitrandriana, Masindray et Tsaratanana comptent environ 5 000 habitants, surtout des cultivateurs "
    "de riz et de vanille. Un seul opérateur couvre la crête au-dessus de Masindray ; ailleurs, appeler demande une "
    "heure de marche. Le prix de la vanille change dans la journée, mais les cultivateurs l’apprennent par l’acheteur. "
    "Notre enquête auprès de 312 foyers : 81 % ont un téléphone, 9 % ont utilisé l’Internet le mois dernier, au prix "
    "de 7,20 dollars par personne.",
    "outcomes": "Les trois communes ont un accès utilisable et payable, tenu par des techniciens de la commune. Les "
    "écoles mettent leurs tablettes à jour et le dispensaire envoie ses chiffres chaque mois sans attendre l’autobus.",
    "sustainability": "Chaque commune fonde une coopérative qui encaisse une cotisation mensuelle et tient une réserve "
    "pour les batteries. Deux techniciens par commune, formés par le projet, réparent ; la section garde un lot de "
    "pièces à Antananarivo.",
    "own_theme": "énergie solaire",
    "mission": ["education", "information"],
    "focus": ["connecting"],
    "issues": ["community_networks", "connecting_the_world"],
    "cofunding": "2400.00",
    "cofunders": "Routeurs prêtés par une association partenaire (démonstration)",
}
ADDED = (
    " Le terrain du mât appartient à la commune, qui le met à disposition pour dix ans ; "
    "la coopérative paie les réparations sur sa réserve."
)
ACTIVITIES = (
    ("Études radio et accords avec les communes", 0, 60, "Équipe technique"),
    ("Achat, douane, pose des relais", 60, 210, "Équipe technique"),
    ("Ateliers et remise aux coopératives", 210, 340, "Formatrices"),
)
"""Activity, first and last day (counted from the start of the project), and who carries it out."""
TEAM = (
    ("Hanta R. (demo)", "coordonne le projet", "y"),
    ("Mialy A. (demo)", "tient les comptes", "y"),
    ("Solofo T. (demo)", "pose les relais", ""),
)
PARTNERS = (("Association partenaire (demo)", "prête des routeurs", "y"),)
RISKS = (
    ("Cyclone pendant la pose", "Matériel posé après avril, haubans doublés"),
    ("Retard en douane", "Achat dès la signature, transitaire connu"),
)
BUDGET = (
    ("Routeurs radio d’extérieur, LibreMesh", "equipment", "18", "142.00"),
    ("Panneaux solaires, batteries, régulateurs", "equipment", "6", "395.00"),
    ("Mâts, câbles et boîtiers", "equipment", "3", "480.00"),
    ("Liaison depuis Antananarivo, 20 Mbit/s", "connectivity", "12", "165.00"),
    ("Ateliers de formation de formateurs, 4 jours", "training", "3", "610.00"),
    ("Véhicule et carburant, trois communes", "travel", "9", "90.00"),
    ("Comptabilité et frais bancaires", "indirect", "1", "1336.00"),
)
GOALS = (
    ("Débit descendant", "Mbit/s", "6.54", "15", "médiane de 30 jours, cinq points"),
    ("Débit montant", "Mbit/s", "0.89", "4", "médiane de 30 jours, cinq points"),
    ("Coût par personne et par mois", "USD", "7.20", "4.32", "enquête auprès des foyers"),
    ("Foyers connectés", "foyers", "0", "90", "registre du réseau"),
    ("Personnes formées", "personnes", "0", "40", "listes de présence"),
)
INTERIM = ("12.40", "2.75", "5.10", "62", "26")
FINAL = ("17.08", "4.01", "4.66", "94", "41")
SPENT_INTERIM = ("2556.00", "1975.00", "1440.00", "495.00", "305.00", "225.00", "334.00")
SPENT_FINAL = ("2490.00", "2631.00", "1402.00", "1980.00", "1785.00", "762.00", "1272.00")
OVERRUN_LINE = 1
OVERRUN = "Droits de douane relevés en avril ; facture jointe au dossier."

REPORT: Fields = {
    "summary": "Les trois relais émettent et deux communes ont fondé leur coopérative. La liaison tient depuis mai.",
    "setbacks": "Deux régulateurs solaires sur cinq sont tombés en panne sous la pluie ; le fabricant en a remplacé "
    "un. La douane a retenu les panneaux pendant six semaines.",
    "next_steps": "Terminer les ateliers à Tsaratanana et remettre le réseau aux coopératives.",
}
TRAINED = "Vingt-six personnes formées, dont quatorze femmes (listes de présence)."
FIGURES_WANTED = (
    "State how many people were trained and how many of them are women: the form gives one number without a source."
)
LAST_REPORT: Fields = {
    "summary": "Les trois communes sont en ligne et gèrent elles-mêmes leur réseau. Quatre-vingt-quatorze foyers, "
    "trois écoles et le dispensaire sont raccordés ; les cultivateurs comparent les prix avant de vendre.",
    "setbacks": "Le prix visé n’est pas atteint : 4,66 dollars par mois au lieu de 4,32, car la troisième coopérative "
    "a commencé quatre mois plus tard. Deux régulateurs ont cédé sous la pluie ; nous achèterons des modèles étanches.",
    "next_steps": "Les coopératives négocient ensemble la liaison ; la section publie le plan et les mesures sous "
    "licence libre.",
    "story": "Avant, on marchait jusqu’à la route pour trouver du signal et on payait à la minute. Maintenant la "
    "coopérative connaît les prix le matin.",
    "story_by": "Voahangy (demo), coopérative de Masindray",
    "story_consent": "y",
}

SPANISH: Fields = {
    "title": "Talleres de seguridad digital para radios comunitarias",
    "summary": "Diez radios comunitarias aprenden a proteger sus cuentas y sus fuentes, con materiales que quedan en "
    "línea.",
}
FEEDBACK = (
    "La necesidad está bien descrita y el equipo conoce a las radios. El plan no dice quién mantiene los materiales "
    "después del proyecto ni cómo se mide si las radios usan lo aprendido. Con una meta medible y un responsable con "
    "nombre, la propuesta puede volver en la próxima ronda."
)
THIRD: Fields = {"title": "A local mirror for open course material"}
WITHDRAWN = "Our hosting partner has closed. We will apply again with a new partner."

COMMENT = "The figures come from a survey of 312 households, and the plan states who does what and by when."
WEAK_COMMENT = (
    "The need is clear, but the proposal does not say who will keep the material up to date after the project."
)


def proposal(today: date, own: Mapping[str, str | list[str]] | None = None) -> Fields:
    """Every field of the form for large grants; `own` replaces some of the French texts."""
    start = today + timedelta(days=38)
    days = {day: (start + timedelta(days=day)).isoformat() for day in (0, 60, 210, 340)}
    fields: Fields = {**ANSWERS, "starts_on": days[0], "months": "12", **(own or {})}
    activities = tuple((what, days[first], days[last], principal) for what, first, last, principal in ACTIVITIES)
    fields |= _rows("activities", ("activity", "start", "end", "who"), activities)
    fields |= _rows("team", ("name", "role", "member"), TEAM)
    fields |= _rows("partners", ("name", "role", "outside"), PARTNERS)
    fields |= _rows("risks", ("risk", "response"), RISKS)
    fields |= _rows("budget", ("what", "category", "quantity", "unit_cost"), BUDGET)
    fields |= _rows("indicators", ("name", "unit", "baseline", "target", "how"), GOALS)
    return fields | {f"declares_{key}": "y" for key in ("true", "agreed", "account", "costs", "once", "published")}


def _rows(key: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Fields:
    return {
        f"{key}-{number}-{column}": text
        for number, row in enumerate(rows)
        for column, text in zip(columns, row, strict=True)
        if text
    }
