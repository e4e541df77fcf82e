"""The texts of the story that are not part of a proposal: questions, reports, reasons. All are invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from grants.demo.proposals import TABLES, Proposal

Fields = dict[str, str | list[str]]

CALL = "Beyond the Net, large · {closes_at:%B %Y}"
CONDITION = "Avant le premier achat, la commune de Tsaratanana confirme par écrit l’emplacement de son mât."
PROOF = (
    "The letter from the municipality of Tsaratanana, dated {dated:%-d %B %Y}, identifies the plot; "
    "it is filed with the agreement."
)
QUESTION = (
    "À qui appartient le terrain des mâts, et qui les réparera après le projet ? "
    "Merci de le préciser dans la partie sur la pérennité."
)
ADDED = (
    " Le terrain des mâts appartient aux communes, qui le mettent à disposition pour dix ans ; "
    "les coopératives paient les réparations sur leur réserve."
)
INTERIM = ("12.4", "2.7", "5.4", "62", "26")
FINAL = ("17.1", "4.2", "4.8", "94", "41")
SPENT_INTERIM = ("1704.00", "2631.00", "1402.00", "330.00", "595.00", "310.00", "400.00")
"""Spent up to the interim report; less than the first instalment."""
SPENT_FINAL = ("2490.00", "2631.00", "1402.00", "1980.00", "1785.00", "762.00", "1272.00")
OVERRUN_LINE = 1
OVERRUN = "Droits de douane relevés après le dépôt de la proposition ; facture jointe au dossier."

REPORT: Fields = {
    "summary": "Les trois relais émettent et deux communes ont fondé leur coopérative. La liaison tient depuis deux "
    "mois ; le premier atelier a eu lieu à Masindray.",
    "setbacks": "Deux régulateurs solaires sur six sont tombés en panne sous la pluie ; le fabricant en a remplacé "
    "un. La douane a retenu les panneaux pendant six semaines.",
    "next_steps": "Tenir les deux derniers ateliers, fonder la coopérative de Tsaratanana et remettre le réseau aux "
    "coopératives.",
}
TRAINED = "Vingt-six personnes formées, dont quatorze femmes (listes de présence)."
FIGURES_WANTED = (
    "Indiquez combien de personnes ont été formées, et parmi elles combien de femmes : "
    "le formulaire donne un seul nombre, sans source."
)
LAST_REPORT: Fields = {
    "summary": "Les trois communes sont en ligne et gèrent elles-mêmes leur réseau. Quatre-vingt-quatorze foyers, "
    "trois écoles et le dispensaire sont raccordés ; les cultivateurs comparent les prix avant de vendre.",
    "setbacks": "Le prix visé n’est pas atteint : 4,80 dollars par mois au lieu de 4,50, car la troisième coopérative "
    "a commencé quatre mois plus tard. Deux régulateurs ont cédé sous la pluie ; les prochains seront étanches.",
    "next_steps": "La liaison est payée d’avance pour quatre mois ; les coopératives négocient ensemble la suite. "
    "La section publie le plan et les mesures sous licence libre.",
    "story": "Avant, on marchait jusqu’à la route pour trouver du signal et on payait à la minute. Maintenant la "
    "coopérative connaît les prix le matin.",
    "story_by": "Voahangy (demo), coopérative de Masindray",
    "story_consent": "y",
}

FEEDBACK = (
    "La necesidad está bien descrita y el equipo conoce a las radios. El plan no dice quién mantiene los materiales "
    "después del proyecto ni cómo se mide si las radios usan lo aprendido. Con una meta medible y un responsable "
    "identificado, la propuesta puede volver a presentarse en la próxima convocatoria."
)
WITHDRAWN = "Our hosting partner has closed. We will apply again with a new partner."


def fields(proposal: Proposal, today: date) -> Fields:
    """Every field of the form for large grants, for a proposal written today."""
    found: Fields = {
        "title": proposal.title,
        "summary": proposal.summary,
        "starts_on": proposal.starts_on(today).isoformat(),
        "months": str(proposal.months),
        **proposal.answers,
    }
    for key, rows in proposal.rows(today, tick="y").items():
        found |= _rows(key, TABLES[key], [list(row.values()) for row in rows])
    budget = [(one.what, one.category, str(one.quantity), str(one.unit_cost)) for one in proposal.lines]
    goals = [(one.name, one.unit, str(one.baseline), str(one.target), one.how) for one in proposal.goals]
    found |= _rows("budget", ("what", "category", "quantity", "unit_cost"), budget)
    found |= _rows("indicators", ("name", "unit", "baseline", "target", "how"), goals)
    return found | {f"declares_{key}": "y" for key in ("true", "agreed", "account", "costs", "once", "published")}


def _rows(key: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Fields:
    return {
        f"{key}-{number}-{column}": text
        for number, row in enumerate(rows)
        for column, text in zip(columns, row, strict=True)
        if text
    }
