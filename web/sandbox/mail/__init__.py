"""The folder in which mails become files on a machine without a mail service, shown in the browser."""
