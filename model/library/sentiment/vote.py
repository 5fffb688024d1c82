"""The soft vote of the three: the mean of their probabilities."""

from sklearn.ensemble import VotingClassifier

from model.library.sentiment import count_nb, hashing_svm, tfidf_logreg


def pipeline() -> VotingClassifier:
    """Each member is gated by itself as well, for a vote hides one broken member."""
    members = {"count_nb": count_nb, "tfidf_logreg": tfidf_logreg, "hashing_svm": hashing_svm}
    return VotingClassifier([(name, member.pipeline()) for name, member in members.items()], voting="soft")
