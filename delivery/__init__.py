"""Moving: releases from a build to production and back."""
