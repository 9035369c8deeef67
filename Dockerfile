# The app on the Functions host, for those who run containers. Serving only; see compose.yaml.
FROM mcr.microsoft.com/azure-functions/python:4-python3.11

ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    PYTHON_SCRIPT_FILE_NAME=main.py \
    PYTHON_THREADPOOL_THREAD_COUNT=8 \
    LANG=C.UTF-8

WORKDIR /home/site/wwwroot

# Before the code, so that a change of the code alone installs nothing anew.
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --only-binary=:all: --requirement requirements.txt

COPY main.py host.json ./
COPY function_app ./function_app
