"""The batch path into Faust: a transport, a table store and the app. Faust is imported here and nowhere else."""
