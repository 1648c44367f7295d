# Installs the .msi that `tauri build` has made, as a merchant would, and looks at what is there then.
param([switch] $Signed)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$msi = Get-Item "$PSScriptRoot/../target/release/bundle/msi/*.msi"
$log = Join-Path $env:TEMP 'tillbridge-installed.log'
$run = Start-Process msiexec -ArgumentList '/i', "`"$($msi.FullName)`"", '/qn', '/norestart', '/l*v', "`"$log`"" -Wait -PassThru
if ($run.ExitCode -ne 0) {
    Get-Content $log -Tail 200
    throw "msiexec ended with $($run.ExitCode)"
}

$folder = "$env:LOCALAPPDATA/Programs/Tillbridge"
foreach ($name in 'tillbridge.exe', 'tillbridge-cli.exe') { Get-Item "$folder/$name" }
& "$folder/tillbridge-cli.exe" --version
& "$folder/tillbridge-cli.exe" demo

if ($Signed) {
    $signatures = @($msi) + @(Get-ChildItem $folder -Recurse -Include *.exe, *.dll) | Get-AuthenticodeSignature
    $signatures | Format-Table Status, Path -AutoSize
    if ($signatures.Status -ne 'Valid') { throw 'not everything is signed' }
}
