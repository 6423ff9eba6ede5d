"""The database: tables, migrations, and the threads that read and write."""
