<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Encounter</source>
        <translation>接诊</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>书写</translation>
    </message>
    <message>
        <source>Picture (while it has the keyboard)</source>
        <translation>图像（键盘焦点在图像上时）</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>New encounter</source>
        <translation>新建接诊</translation>
    </message>
    <message>
        <source>Search the encounters</source>
        <translation>搜索接诊记录</translation>
    </message>
    <message>
        <source>Speak, or stop speaking</source>
        <translation>开始或结束口述</translation>
    </message>
    <message>
        <source>Attach pictures or recordings</source>
        <translation>添加图像或录音</translation>
    </message>
    <message>
        <source>Attach a folder of pictures</source>
        <translation>附加图像文件夹</translation>
    </message>
    <message>
        <source>Such as a DICOM disc: each series becomes one picture to scroll through.</source>
        <translation>例如 DICOM 光盘：每个序列成为一个可滚动浏览的图像。</translation>
    </message>
    <message>
        <source>Import a FHIR file</source>
        <translation>导入 FHIR 文件</translation>
    </message>
    <message>
        <source>A Patient or a bundle of R4 or R5, with a preview of every line.</source>
        <translation>R4 或 R5 的 Patient 或 Bundle，并预览每一行。</translation>
    </message>
    <message>
        <source>Paste a picture or text</source>
        <translation>粘贴图像或文字</translation>
    </message>
    <message>
        <source>A screenshot in the clipboard becomes an attachment.</source>
        <translation>剪贴板中的截图会成为附件。</translation>
    </message>
    <message>
        <source>Export the encounter</source>
        <translation>导出就诊</translation>
    </message>
    <message>
        <source>As text, PDF, Word or FHIR, or on paper, with a preview of every word.</source>
        <translation>导出为文本、PDF、Word 或 FHIR，或打印在纸上，并预览每个字。</translation>
    </message>
    <message>
        <source>Trends, and who is the same patient</source>
        <translation>趋势与同一患者</translation>
    </message>
    <message>
        <source>Values over the encounters that you put together.</source>
        <translation>查看您归为同一患者的各次就诊中的数值。</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>停止回答</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>复制回答</translation>
    </message>
    <message>
        <source>Next sentence and its sources</source>
        <translation>下一句及其来源</translation>
    </message>
    <message>
        <source>Previous sentence</source>
        <translation>上一句</translation>
    </message>
    <message>
        <source>Show the answer to the patient</source>
        <translation>向患者展示回答</translation>
    </message>
    <message>
        <source>In large type and nothing else.</source>
        <translation>仅以大字显示回答。</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>写病历</translation>
    </message>
    <message>
        <source>From what was said and typed, each sentence with its source. It is a draft.</source>
        <translation>根据所说和所输入的内容书写，每句都附来源。这是草稿。</translation>
    </message>
    <message>
        <source>List the findings</source>
        <translation>列出所见</translation>
    </message>
    <message>
        <source>Problems, drugs, allergies and measurements that were named.</source>
        <translation>提到的问题、药物、过敏和测量值。</translation>
    </message>
    <message>
        <source>Support a diagnosis</source>
        <translation>辅助诊断</translation>
    </message>
    <message>
        <source>What speaks for and against, and what was not asked yet. It is no diagnosis.</source>
        <translation>支持与反对的依据，以及尚未询问的内容。这不是诊断。</translation>
    </message>
    <message>
        <source>Write a card for the patient</source>
        <translation>为患者写卡片</translation>
    </message>
    <message>
        <source>The chosen answer or note in plain words.</source>
        <translation>用通俗的话说明所选的回答或病历。</translation>
    </message>
    <message>
        <source>Edit and sign a note</source>
        <translation>编辑并签署病历</translation>
    </message>
    <message>
        <source>Sentence by sentence, then a double check. Nothing is signed by itself.</source>
        <translation>逐句编辑，然后复核。绝不会自动签署。</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反色</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>显示全图</translation>
    </message>
    <message>
        <source>Pixel by pixel</source>
        <translation>原始像素大小</translation>
    </message>
    <message>
        <source>Next frame</source>
        <translation>下一帧</translation>
    </message>
    <message>
        <source>Or the wheel.</source>
        <translation>也可使用滚轮。</translation>
    </message>
    <message>
        <source>Previous frame</source>
        <translation>上一帧</translation>
    </message>
    <message>
        <source>Ten frames forward</source>
        <translation>前进十帧</translation>
    </message>
    <message>
        <source>Ten frames back</source>
        <translation>后退十帧</translation>
    </message>
    <message>
        <source>First frame</source>
        <translation>第一帧</translation>
    </message>
    <message>
        <source>Last frame</source>
        <translation>最后一帧</translation>
    </message>
    <message>
        <source>Play the frames</source>
        <translation>连续播放</translation>
    </message>
    <message>
        <source>Measure a length</source>
        <translation>测量长度</translation>
    </message>
    <message>
        <source>With the arrow keys and Enter, or by dragging.</source>
        <translation>使用方向键和回车键，或拖动。</translation>
    </message>
    <message>
        <source>Mark a region</source>
        <translation>标记区域</translation>
    </message>
    <message>
        <source>Ask about the marked region</source>
        <translation>询问标记的区域</translation>
    </message>
    <message>
        <source>Also about one that was marked on an earlier day.</source>
        <translation>以前标记的区域也可以询问。</translation>
    </message>
    <message>
        <source>Window and level by dragging</source>
        <translation>拖动调整窗宽窗位</translation>
    </message>
    <message>
        <source>The right button does it at any time.</source>
        <translation>按住右键可随时调整。</translation>
    </message>
    <message>
        <source>Remove marks</source>
        <translation>清除标记</translation>
    </message>
    <message>
        <source>Save as DICOM…</source>
        <translation>另存为 DICOM…</translation>
    </message>
    <message>
        <source>The picture with its marks, and what was measured.</source>
        <translation>带标记的图像及测量结果。</translation>
    </message>
    <message>
        <source>Turn clockwise</source>
        <translation>顺时针旋转</translation>
    </message>
    <message>
        <source>Mirror left to right</source>
        <translation>左右镜像</translation>
    </message>
    <message>
        <source>Two pictures side by side</source>
        <translation>两图并列</translation>
    </message>
    <message>
        <source>Link the two pictures</source>
        <translation>联动两图</translation>
    </message>
    <message>
        <source>Wider window</source>
        <translation>增大窗宽</translation>
    </message>
    <message>
        <source>Narrower window</source>
        <translation>减小窗宽</translation>
    </message>
    <message>
        <source>Brighter</source>
        <translation>调亮</translation>
    </message>
    <message>
        <source>Darker</source>
        <translation>调暗</translation>
    </message>
    <message>
        <source>Move left</source>
        <translation>左移</translation>
    </message>
    <message>
        <source>Move right</source>
        <translation>右移</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Choose a window</source>
        <translation>选择窗设置</translation>
    </message>
    <message>
        <source>As stored</source>
        <translation>按原存储</translation>
    </message>
    <message>
        <source>Lung window</source>
        <translation>肺窗</translation>
    </message>
    <message>
        <source>Soft tissue window</source>
        <translation>软组织窗</translation>
    </message>
    <message>
        <source>Bone window</source>
        <translation>骨窗</translation>
    </message>
    <message>
        <source>Brain window</source>
        <translation>脑窗</translation>
    </message>
    <message>
        <source>Abdomen window</source>
        <translation>腹窗</translation>
    </message>
    <message>
        <source>Full range</source>
        <translation>全部灰度</translation>
    </message>
    <message>
        <source>Begin, show the answer, go on</source>
        <translation>开始、显示答案、继续</translation>
    </message>
    <message>
        <source>The blue button of the page.</source>
        <translation>页面上的主按钮。</translation>
    </message>
    <message>
        <source>A hint</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>The first answer</source>
        <translation>第一个答案</translation>
    </message>
    <message>
        <source>Or the number alone, where nothing is typed.</source>
        <translation>不在输入框中时，直接按数字即可。</translation>
    </message>
    <message>
        <source>The second answer</source>
        <translation>第二个答案</translation>
    </message>
    <message>
        <source>The third answer</source>
        <translation>第三个答案</translation>
    </message>
    <message>
        <source>The fourth answer</source>
        <translation>第四个答案</translation>
    </message>
    <message>
        <source>Encounters</source>
        <translation>接诊记录</translation>
    </message>
    <message>
        <source>Models and machine</source>
        <translation>模型与设备</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Shortcuts and help</source>
        <translation>快捷键与帮助</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>A recording that runs goes on.</source>
        <translation>正在进行的录音会继续。</translation>
    </message>
    <message>
        <source>Close Bedside</source>
        <translation>关闭 Bedside</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>书写</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>AnswerCard</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Open the models page</source>
        <translation>打开模型页面</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>With sources</source>
        <translation>连同来源</translation>
    </message>
    <message>
        <source>Copy with sources</source>
        <translation>连同来源复制</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Patient view</source>
        <translation>患者视图</translation>
    </message>
    <message>
        <source>with {0}</source>
        <translation>使用 {0}</translation>
    </message>
    <message>
        <source>The answer is there.</source>
        <translation>回答已完成。</translation>
    </message>
    <message>
        <source>{0} answered at {1}</source>
        <translation>{0} 于 {1} 回答</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>正在回答…</translation>
    </message>
    <message>
        <source>Reading the encounter…</source>
        <translation>正在阅读接诊记录…</translation>
    </message>
    <message>
        <source>Stop explaining</source>
        <translation>停止解释</translation>
    </message>
    <message>
        <source>Hide why</source>
        <translation>隐藏依据</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>依据何在</translation>
    </message>
    <message>
        <source>Shows on the picture and in the words what this answer hangs on</source>
        <translation>在图片上和语句中标出此回答所依据的内容</translation>
    </message>
    <message>
        <source>Used: {0}.</source>
        <translation>依据：{0}。</translation>
    </message>
    <message>
        <source>First word after {0} s, whole after {1} s.</source>
        <translation>{0} 秒出现首字，{1} 秒完成。</translation>
    </message>
</context>
<context>
    <name>AnsweredCard</name>
    <message>
        <source>Your answer: {0}</source>
        <translation>您的答案：{0}</translation>
    </message>
    <message>
        <source>Why? It stands here: {0}</source>
        <translation>为什么？出处：{0}</translation>
    </message>
    <message>
        <source>note</source>
        <translation>病历记录</translation>
    </message>
    <message>
        <source>Did you know it?</source>
        <translation>您之前知道吗？</translation>
    </message>
    <message>
        <source>Not yet</source>
        <translation>还不知道</translation>
    </message>
    <message>
        <source>With effort</source>
        <translation>费了些力</translation>
    </message>
    <message>
        <source>I knew it</source>
        <translation>我知道</translation>
    </message>
    <message>
        <source>The answer</source>
        <translation>答案</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>正确</translation>
    </message>
    <message>
        <source>Not this one</source>
        <translation>不是这个</translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Bedside was not closed properly the last time. Everything up to then is here.</source>
        <translation>上次 Bedside 未正常关闭。此前的所有内容均已保留。</translation>
    </message>
</context>
<context>
    <name>Asking</name>
    <message>
        <source>about a marked region of {0}</source>
        <translation>关于 {0} 的标记区域</translation>
    </message>
    <message>
        <source>Bedside was closed before the answer was finished. The question is kept; try it again.</source>
        <translation>回答完成之前 Bedside 已关闭。问题已保留，请重试。</translation>
    </message>
</context>
<context>
    <name>Attaching</name>
    <message>
        <source>Image {0}</source>
        <translation>图像 {0}</translation>
    </message>
</context>
<context>
    <name>AttachmentCard</name>
    <message>
        <source>series of {0} pictures</source>
        <translation>{0} 幅图像的序列</translation>
    </message>
    <message>
        <source>attached at {0}</source>
        <translation>添加于 {0}</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>打开 {0}</translation>
    </message>
</context>
<context>
    <name>BackupRows</name>
    <message>
        <source>Where backups are kept</source>
        <translation>备份存放位置</translation>
    </message>
    <message>
        <source>Where backups are kept: best on another disk. A backup opens with the passphrase of its day.</source>
        <translation>备份存放的位置：最好是另一块磁盘。打开备份要用当时的口令。</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Back up now</source>
        <translation>立即备份</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>ChangePassphrase</name>
    <message>
        <source>New passphrase</source>
        <translation>新口令</translation>
    </message>
    <message>
        <source>The recovery key opened the vault. Choose a passphrase in the place of the one that is lost.</source>
        <translation>保险库已用恢复密钥打开。请设置新口令，以取代遗失的口令。</translation>
    </message>
    <message>
        <source>The recovery key stays as it is. The passphrase until now opens nothing any more.</source>
        <translation>恢复密钥保持不变。原口令将不再有效。</translation>
    </message>
    <message>
        <source>Passphrase until now</source>
        <translation>当前口令</translation>
    </message>
    <message>
        <source>The passphrase is being changed</source>
        <translation>正在更改口令</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>Use this passphrase</source>
        <translation>使用此口令</translation>
    </message>
</context>
<context>
    <name>CheckLineRow</name>
    <message>
        <source>Source: {0}</source>
        <translation>来源：{0}</translation>
    </message>
    <message>
        <source>Checked, it is right</source>
        <translation>已核对，无误</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>The words of the line</source>
        <translation>这一行的文字</translation>
    </message>
    <message>
        <source>Now in the note: {0}</source>
        <translation>病历中现为：{0}</translation>
    </message>
    <message>
        <source>Struck from the note.</source>
        <translation>已从病历中划去。</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新复核</translation>
    </message>
    <message>
        <source>Checked so far</source>
        <translation>复核进度</translation>
    </message>
    <message>
        <source>Looking for what to check, and hearing the sound a second time: {0} %</source>
        <translation>正在查找需要核对的内容，并再次识别录音：{0} %</translation>
    </message>
    <message>
        <source>This note was not checked yet, or it was changed since.</source>
        <translation>此病历尚未复核，或复核后又有改动。</translation>
    </message>
</context>
<context>
    <name>CitationCard</name>
    <message>
        <source>Listen at {0}</source>
        <translation>从 {0} 处播放</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>打开 {0}</translation>
    </message>
    <message>
        <source>Playing…</source>
        <translation>正在播放…</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Type a question</source>
        <translation>输入问题</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Return asks, Shift and Return begin a new line</source>
        <translation>回车提问，Shift+回车换行</translation>
    </message>
    <message>
        <source>Attach</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Pictures, DICOM, films and recordings</source>
        <translation>图像、DICOM、影片和录音</translation>
    </message>
    <message>
        <source>Attach pictures or recordings</source>
        <translation>添加图像或录音</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>书写</translation>
    </message>
    <message>
        <source>A note, the findings, a differential, or a card for the patient</source>
        <translation>病历、所见、鉴别诊断或患者卡片</translation>
    </message>
    <message>
        <source>Write a draft from this encounter</source>
        <translation>根据本次就诊写草稿</translation>
    </message>
    <message>
        <source>About a marked region of {0}</source>
        <translation>关于 {0} 的标记区域</translation>
    </message>
    <message>
        <source>Ask about all of {0} instead</source>
        <translation>改为就整幅 {0} 提问</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>Let go to attach it to this encounter.</source>
        <translation>松开即可附加到本次就诊。</translation>
    </message>
    <message>
        <source>Adding files: {0}. Then it is asked.</source>
        <translation>正在添加文件：{0}。完成后提问。</translation>
    </message>
    <message>
        <source>Adding files: {0}</source>
        <translation>正在添加文件：{0}</translation>
    </message>
    <message>
        <source>Ask when this answer is whole, or press Esc to stop it.</source>
        <translation>请在本次回答完成后提问，或按 Esc 停止。</translation>
    </message>
</context>
<context>
    <name>ConsentCard</name>
    <message>
        <source>Withdraw the consent</source>
        <translation>撤回同意</translation>
    </message>
    <message>
        <source>A patient is heard now: ask</source>
        <translation>现在有患者在场：征询同意</translation>
    </message>
    <message>
        <source>Delete what was recorded here…</source>
        <translation>删除在此录下的内容…</translation>
    </message>
    <message>
        <source>{time}: the patient agreed in writing to be recorded.</source>
        <translation>{time}：患者已书面同意录音。</translation>
    </message>
    <message>
        <source>{time}: the patient was asked and agreed to be recorded.</source>
        <translation>{time}：已征询患者，患者同意录音。</translation>
    </message>
    <message>
        <source>{time}: the doctor dictates alone, no patient is heard.</source>
        <translation>{time}：医生单独口述，录音中没有患者。</translation>
    </message>
    <message>
        <source>{time}: the patient could not be asked to agree ({reason}).</source>
        <translation>{time}：无法征询患者同意（{reason}）。</translation>
    </message>
    <message>
        <source>{time}: a recording from elsewhere was added. Whether its speakers agreed is known where it was made.</source>
        <translation>{time}：添加了在别处录制的录音。说话人是否同意，以录制之处为准。</translation>
    </message>
    <message>
        <source>{time}: the consent was withdrawn. Nothing more is recorded.</source>
        <translation>{time}：同意已撤回。不再录音。</translation>
    </message>
</context>
<context>
    <name>ConsentQuestion</name>
    <message>
        <source>Consent to a recording</source>
        <translation>录音知情同意</translation>
    </message>
    <message>
        <source>Nothing is recorded yet. Does the patient agree?</source>
        <translation>尚未开始录音。患者是否同意录音？</translation>
    </message>
    <message>
        <source>The patient agrees</source>
        <translation>患者同意</translation>
    </message>
    <message>
        <source>I dictate alone,
no patient is heard</source>
        <translation>我单独口述，
录音中没有患者</translation>
    </message>
    <message>
        <source>Agreed in writing</source>
        <translation>已书面同意</translation>
    </message>
    <message>
        <source>The patient cannot be asked…</source>
        <translation>无法征询患者…</translation>
    </message>
    <message>
        <source>Ask later: do not record</source>
        <translation>稍后再问：不录音</translation>
    </message>
    <message>
        <source>Why not, such as: unconscious, an emergency</source>
        <translation>原因，例如：昏迷、急救</translation>
    </message>
    <message>
        <source>Why the patient cannot be asked</source>
        <translation>无法征询患者的原因</translation>
    </message>
    <message>
        <source>Record for this reason</source>
        <translation>以此原因录音</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>DecoderSection</name>
    <message>
        <source>Who writes the answers</source>
        <translation>由谁回答</translation>
    </message>
    <message>
        <source>Own decoder: {name}</source>
        <translation>自备解码器：{name}</translation>
    </message>
    <message>
        <source>{title} (not fetched)</source>
        <translation>{title}（未下载）</translation>
    </message>
    <message>
        <source>{title} (damaged)</source>
        <translation>{title}（已损坏）</translation>
    </message>
    <message>
        <source>{title} (added by you)</source>
        <translation>{title}（由您添加）</translation>
    </message>
    <message>
        <source>{name} answers, on {device} in {dtype}.</source>
        <translation>由 {name} 回答，运行于 {device}，精度 {dtype}。</translation>
    </message>
    <message>
        <source>the models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Being loaded: {what} ({percent} %)</source>
        <translation>正在加载：{what}（{percent}%）</translation>
    </message>
    <message>
        <source>Nothing is loaded yet; it is loaded with the first question.</source>
        <translation>尚未加载；将在首次提问时加载。</translation>
    </message>
    <message>
        <source>It sees pictures and hears recordings.</source>
        <translation>它能看图像，也能听录音。</translation>
    </message>
    <message>
        <source>It sees pictures. It has no projector for sound: of a recording it reads the words.</source>
        <translation>它能看图像。它没有声音投影器：对录音只读取文字。</translation>
    </message>
    <message>
        <source>It hears recordings. It has no projector for pictures, so it does not see them.</source>
        <translation>它能听录音。它没有图像投影器，因此看不到图像。</translation>
    </message>
    <message>
        <source>It has no projectors: it reads words alone. Pictures are shown to you, but it does not see them, and of a recording it reads the words.</source>
        <translation>它没有投影器，只读取文字。图像会显示给您，但它看不到；对录音只读取文字。</translation>
    </message>
</context>
<context>
    <name>Dictating</name>
    <message>
        <source>Recording {0}</source>
        <translation>录音 {0}</translation>
    </message>
</context>
<context>
    <name>DictationCard</name>
    <message>
        <source>Dotted words are uncertain: listen to them before you rely on them.</source>
        <translation>带点线的词不确定：采信前请先听录音。</translation>
    </message>
    <message>
        <source>Doctor and patient were told apart by their voices: press a name to change it.</source>
        <translation>医生和患者是按声音区分的：按下名称即可更改。</translation>
    </message>
    <message>
        <source>Swap doctor and patient</source>
        <translation>互换医生和患者</translation>
    </message>
    <message>
        <source>Recognise the rest</source>
        <translation>识别其余部分</translation>
    </message>
    <message>
        <source>Recognise it</source>
        <translation>开始识别</translation>
    </message>
    <message>
        <source>Stop recognising</source>
        <translation>停止识别</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Ask this</source>
        <translation>以此提问</translation>
    </message>
    <message>
        <source>Puts these words into the question field</source>
        <translation>将这些文字填入问题栏</translation>
    </message>
    <message>
        <source>Words of {0}</source>
        <translation>{0} 的文字</translation>
    </message>
    <message>
        <source>Recognised of {0}</source>
        <translation>{0} 的识别进度</translation>
    </message>
    <message>
        <source>from a file, {0}</source>
        <translation>来自文件，{0}</translation>
    </message>
    <message>
        <source>spoken at {0}</source>
        <translation>口述于 {0}</translation>
    </message>
    <message>
        <source>The recording goes on and is safe; its words can be recognised afterwards.</source>
        <translation>录音仍在继续且已妥善保存，文字可稍后识别。</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>正在聆听…</translation>
    </message>
    <message>
        <source>Recognising…</source>
        <translation>正在识别…</translation>
    </message>
    <message>
        <source>The sound was erased, as you had set: {0}. Its words are kept.</source>
        <translation>声音已按您的设置清除：{0}。文字仍保留。</translation>
    </message>
    <message>
        <source>No speech was found in this recording.</source>
        <translation>此录音中未发现语音。</translation>
    </message>
    <message>
        <source>Not all of this recording is recognised yet. The sound is kept.</source>
        <translation>此录音尚未全部识别。声音已保留。</translation>
    </message>
</context>
<context>
    <name>DictationText</name>
    <message>
        <source>Translated by the recogniser: {0}</source>
        <translation>识别器译文：{0}</translation>
    </message>
    <message>
        <source>Said: {0}</source>
        <translation>原话：{0}</translation>
    </message>
</context>
<context>
    <name>Door</name>
    <message>
        <source>Accept it as it is</source>
        <translation>按现状接受</translation>
    </message>
    <message>
        <source>A recording was not ended. All of it until then is kept; its words can be recognised now.</source>
        <translation>有一段录音未正常结束。此前录下的内容均已保留，现在可以识别其中的文字。</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>This record was brought back from the backup of {time}. What was written after it is kept in the folder of the record that was replaced.</source>
        <translation>本记录已从 {time} 的备份恢复。此后写下的内容保存在被替换的记录的文件夹里。</translation>
    </message>
    <message>
        <source>Back up now</source>
        <translation>立即备份</translation>
    </message>
    <message>
        <source>The sound of recordings was erased after their notes were signed, as you had set: {count}. It cannot be played or heard a second time any more; the words and the notes are kept.</source>
        <translation>按您的设置，病历签署后已清除录音的声音：{count} 个。这些声音不能再播放或再次识别；文字和病历仍保留。</translation>
    </message>
    <message>
        <source>Recordings that were due to be erased are kept for now. {reason}</source>
        <translation>到期应清除的录音暂时保留。{reason}</translation>
    </message>
    <message>
        <source>Encounters of an earlier version lie on this disk unencrypted ({count}). Each is moved into the vault and removed from there once every byte was compared.</source>
        <translation>磁盘上有旧版本留下的未加密接诊（{count} 次）。每一次都会移入保险库，逐字节核对无误后才从原处删除。</translation>
    </message>
    <message>
        <source>Move them</source>
        <translation>移入保险库</translation>
    </message>
    <message>
        <source>Moving encounters into the vault: {done} of {total}</source>
        <translation>正在将接诊移入保险库：{done}/{total}</translation>
    </message>
    <message>
        <source>Moved into the vault: {count}. Nothing of them can be read outside it.</source>
        <translation>已移入保险库：{count} 次。在保险库之外无法读取其中任何内容。</translation>
    </message>
    <message>
        <source>Moved into the vault: {count}. Left where they were: {left}. {reason}</source>
        <translation>已移入保险库：{count} 次。留在原处：{left} 次。{reason}</translation>
    </message>
</context>
<context>
    <name>Drafting</name>
    <message>
        <source>Bedside was closed before this was written. Nothing of the encounter is lost; try it again.</source>
        <translation>Bedside 在写完之前被关闭。就诊内容没有丢失，请再试一次。</translation>
    </message>
</context>
<context>
    <name>EditingPage</name>
    <message>
        <source>The lines of the note</source>
        <translation>病历的各行</translation>
    </message>
</context>
<context>
    <name>EmptyEncounter</name>
    <message>
        <source>This encounter is empty</source>
        <translation>此接诊尚无内容</translation>
    </message>
    <message>
        <source>Speak: press the large button and talk; the words appear as you speak.</source>
        <translation>口述：按下大按钮开始讲话，文字随讲随现。</translation>
    </message>
    <message>
        <source>Show: drop a picture, a DICOM series or a recording here, or paste a screenshot.</source>
        <translation>展示：将图像、DICOM 序列或录音拖到此处，或粘贴截图。</translation>
    </message>
    <message>
        <source>Ask: type a question below; each sentence of the answer names its source.</source>
        <translation>提问：在下方输入问题，回答的每一句都会注明来源。</translation>
    </message>
</context>
<context>
    <name>EncounterBoxes</name>
    <message>
        <source>Delete this encounter with its recordings and pictures?</source>
        <translation>删除此接诊及其录音和图像？</translation>
    </message>
    <message>
        <source>They cannot be brought back.</source>
        <translation>删除后无法恢复。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Delete what was recorded in this encounter, its sound and its words?</source>
        <translation>删除本次就诊中录下的声音和文字？</translation>
    </message>
    <message>
        <source>It cannot be brought back here. Answers and drafts that quote it stay: delete these too where they must go. Backups from before hold it until they are thinned out.</source>
        <translation>删除后无法在此恢复。引用了这些内容的回答和草稿会保留：如需去除，请一并删除。此前的备份在清理之前仍含有这些内容。</translation>
    </message>
    <message>
        <source>Attach pictures or recordings</source>
        <translation>添加图像或录音</translation>
    </message>
    <message>
        <source>Attach a folder of pictures</source>
        <translation>附加图像文件夹</translation>
    </message>
    <message>
        <source>Bedside</source>
        <translation>Bedside</translation>
    </message>
</context>
<context>
    <name>EncounterController</name>
    <message>
        <source>The recording was stopped and is kept in its encounter.</source>
        <translation>录音已停止，并保存在所属接诊中。</translation>
    </message>
</context>
<context>
    <name>EncounterList</name>
    <message>
        <source>New encounter</source>
        <translation>新建接诊</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search the encounters</source>
        <translation>搜索接诊记录</translation>
    </message>
    <message>
        <source>Encounters</source>
        <translation>接诊记录</translation>
    </message>
    <message>
        <source>No encounter holds these words or comes near their meaning.</source>
        <translation>没有就诊记录包含这些词或与其含义相近。</translation>
    </message>
    <message>
        <source>Delete this encounter…</source>
        <translation>删除此接诊…</translation>
    </message>
</context>
<context>
    <name>EncounterPage</name>
    <message>
        <source>Loading the models: {0} ({1} %)…</source>
        <translation>正在加载模型：{0}（{1}%）…</translation>
    </message>
    <message>
        <source>Starting the models…</source>
        <translation>正在启动模型…</translation>
    </message>
    <message>
        <source>Title of the encounter</source>
        <translation>接诊标题</translation>
    </message>
    <message>
        <source>Type a title</source>
        <translation>输入标题</translation>
    </message>
    <message>
        <source>Trends</source>
        <translation>趋势</translation>
    </message>
    <message>
        <source>Trends, and who is the same patient</source>
        <translation>趋势与同一患者</translation>
    </message>
</context>
<context>
    <name>EncounterScreen</name>
    <message>
        <source>Ask a question or write a note first: the card puts it in plain words.</source>
        <translation>请先提问或写病历：卡片会用通俗的话来说明它。</translation>
    </message>
    <message>
        <source>There is no draft of a note here. Write one first.</source>
        <translation>这里没有病历草稿。请先写一份。</translation>
    </message>
    <message>
        <source>Save again</source>
        <translation>重新保存</translation>
    </message>
    <message>
        <source>Open the models page</source>
        <translation>打开模型页面</translation>
    </message>
    <message>
        <source>Encounters</source>
        <translation>接诊记录</translation>
    </message>
</context>
<context>
    <name>EncounterWords</name>
    <message>
        <source>d MMM HH:mm</source>
        <translation>M月d日 HH:mm</translation>
    </message>
    <message>
        <source>Sample encounter</source>
        <translation>示例接诊</translation>
    </message>
    <message>
        <source>Encounter, {0}</source>
        <translation>接诊，{0}</translation>
    </message>
    <message>
        <source>Doctor</source>
        <translation>医生</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>Unclear</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>Unchecked</source>
        <translation>未核对</translation>
    </message>
    <message>
        <source>Withheld</source>
        <translation>已隐去</translation>
    </message>
    <message>
        <source>Your words</source>
        <translation>您的文字</translation>
    </message>
    <message>
        <source>Supported</source>
        <translation>有依据</translation>
    </message>
    <message>
        <source>Unverified</source>
        <translation>未核实</translation>
    </message>
    <message>
        <source>Withheld: this would have been said of any other picture too, so the picture does not bear it out.</source>
        <translation>已隐去：换成任何其他图片也会这样说，因此该图片不能证实这句话。</translation>
    </message>
    <message>
        <source>Depends strongly on this picture</source>
        <translation>强烈依赖此图片</translation>
    </message>
    <message>
        <source>Depends weakly on this picture</source>
        <translation>微弱依赖此图片</translation>
    </message>
    <message>
        <source>Does not depend on this picture</source>
        <translation>不依赖此图片</translation>
    </message>
    <message>
        <source>The words of this sentence stand in the source below.</source>
        <translation>本句内容见于下方来源。</translation>
    </message>
    <message>
        <source>The answer was as probable with other pictures as with this one. Look for yourself.</source>
        <translation>换成其他图片，得出此回答的可能性与用此图片时一样。请自行查看。</translation>
    </message>
    <message>
        <source>It is not written like this anywhere. The closest words are below: compare them.</source>
        <translation>没有任何资料这样写。最接近的原文见下：请对照。</translation>
    </message>
    <message>
        <source>Nobody said it like this. The closest words are below: compare them.</source>
        <translation>没有人这样说过。下面是最接近的原话，请对照。</translation>
    </message>
    <message>
        <source>No words bear this out. It may come from the picture: look for yourself.</source>
        <translation>没有文字支持本句。它可能来自图像，请亲自查看。</translation>
    </message>
    <message>
        <source>Nothing in this encounter bears this out. Do not rely on it without checking.</source>
        <translation>本次接诊中没有任何依据。未经核对请勿采信。</translation>
    </message>
    <message>
        <source>You wrote this. What stood here before came from the source below.</source>
        <translation>这是您写的。原先的文字来自下面的来源。</translation>
    </message>
    <message>
        <source>You wrote this yourself.</source>
        <translation>这是您自己写的。</translation>
    </message>
    <message>
        <source>What was said:</source>
        <translation>原话：</translation>
    </message>
    <message>
        <source>What is written:</source>
        <translation>资料中的原文：</translation>
    </message>
    <message>
        <source>Looking for what this answer hangs on ({0} %)…</source>
        <translation>正在查找此回答的依据（{0} %）…</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>words that were said</source>
        <translation>说过的话</translation>
    </message>
    <message>
        <source>the question and the rest</source>
        <translation>问题及其余部分</translation>
    </message>
    <message>
        <source>This answer hangs on: {0}. It shows what the model used, not whether it is right.</source>
        <translation>此回答依据：{0}。这表示模型用了什么，并不表示回答正确。</translation>
    </message>
    <message>
        <source>Your question</source>
        <translation>您的问题</translation>
    </message>
    <message>
        <source>page {0}</source>
        <translation>第 {0} 页</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{0} (1 word)</source>
        <translation>{0}（1 个词）</translation>
    </message>
    <message>
        <source>{0} ({1} words)</source>
        <translation>{0}（{1} 个词）</translation>
    </message>
    <message>
        <source>{0} (its sound)</source>
        <translation>{0}（声音）</translation>
    </message>
    <message>
        <source>{0} (library)</source>
        <translation>{0}（资料库）</translation>
    </message>
    <message>
        <source>{0}, frame {1} of {2}</source>
        <translation>{0}，第 {1} 帧，共 {2} 帧</translation>
    </message>
    <message>
        <source>{0}, frame {1} of {2} ({3})</source>
        <translation>{0}，第 {1} 帧，共 {2} 帧（{3}）</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>病历</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>所见</translation>
    </message>
    <message>
        <source>Differential</source>
        <translation>鉴别诊断</translation>
    </message>
    <message>
        <source>Card for the patient</source>
        <translation>患者卡片</translation>
    </message>
    <message>
        <source>Addendum</source>
        <translation>补充记录</translation>
    </message>
    <message>
        <source>Closest words: {0}</source>
        <translation>最接近的原话：{0}</translation>
    </message>
    <message>
        <source>Drafted from: {0}</source>
        <translation>草稿来源：{0}</translation>
    </message>
    <message>
        <source>{0} (only what its file header says)</source>
        <translation>{0}（仅文件头信息）</translation>
    </message>
    <message>
        <source>your question</source>
        <translation>您的问题</translation>
    </message>
    <message>
        <source>The answer reached its longest length and stops here. Ask for the rest if you need it.</source>
        <translation>回答已达最大长度并在此停止。如有需要请继续追问。</translation>
    </message>
    <message>
        <source>You stopped this answer.</source>
        <translation>您已停止此回答。</translation>
    </message>
    <message>
        <source>You stopped this answer before it could be checked.</source>
        <translation>您在核对之前停止了此回答。</translation>
    </message>
    <message>
        <source>Answered by {0}. Check every sentence against its source.</source>
        <translation>由 {0} 回答。请逐句核对来源。</translation>
    </message>
    <message>
        <source>A draft. Check every sentence against its source.</source>
        <translation>草稿。请逐句对照来源核对。</translation>
    </message>
</context>
<context>
    <name>EndView</name>
    <message>
        <source>{0} of {1} known.</source>
        <translation>{1} 题中知道 {0} 题。</translation>
    </message>
    <message>
        <source>These come again tomorrow:</source>
        <translation>这些明天会再次出现：</translation>
    </message>
    <message>
        <source>How it went</source>
        <translation>本轮情况</translation>
    </message>
    <message>
        <source>Ask more</source>
        <translation>继续提问</translation>
    </message>
    <message>
        <source>Choose something else</source>
        <translation>选择其他内容</translation>
    </message>
</context>
<context>
    <name>EvidencePanel</name>
    <message>
        <source>Sources of the sentence</source>
        <translation>本句来源</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>What is an answer based on?</source>
        <translation>回答依据何在？</translation>
    </message>
    <message>
        <source>Choose a sentence of an answer. The words, the second of sound or the picture behind it appear here.</source>
        <translation>选择回答中的一句，其依据的文字、录音时刻或图像将显示在此处。</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>What was said</source>
        <translation>口述内容</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answers with their sources</source>
        <translation>回答及其出处</translation>
    </message>
    <message>
        <source>Notes and other drafts, with their sources and changes</source>
        <translation>病历和其他草稿，附来源和改动</translation>
    </message>
    <message>
        <source>A list of the pictures, without them</source>
        <translation>图片清单（不含图片）</translation>
    </message>
    <message>
        <source>The pictures themselves (FHIR with names only)</source>
        <translation>图像本身（仅限保留姓名的 FHIR）</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>纯文本</translation>
    </message>
    <message>
        <source>Myself</source>
        <translation>我自己</translation>
    </message>
    <message>
        <source>A colleague who treats the patient</source>
        <translation>参与治疗的同事</translation>
    </message>
    <message>
        <source>The patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>A researcher</source>
        <translation>研究人员</translation>
    </message>
    <message>
        <source>Students</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>Treatment</source>
        <translation>治疗</translation>
    </message>
    <message>
        <source>The patient asked for it</source>
        <translation>患者要求</translation>
    </message>
    <message>
        <source>Research</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>Teaching</source>
        <translation>教学</translation>
    </message>
    <message>
        <source>Quality of care</source>
        <translation>医疗质量</translation>
    </message>
    <message>
        <source>Identifiers replaced, of dates only the year</source>
        <translation>替换身份信息，日期只保留年份</translation>
    </message>
    <message>
        <source>Identifiers replaced, dates moved</source>
        <translation>替换身份信息，日期整体平移</translation>
    </message>
    <message>
        <source>Everything as it is, with names</source>
        <translation>全部保持原样，包括姓名</translation>
    </message>
    <message>
        <source>Draft - research and education</source>
        <translation>草稿 - 供研究和教育使用</translation>
    </message>
    <message>
        <source>Encounter</source>
        <translation>就诊</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answer of a model</source>
        <translation>模型的回答</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>出处</translation>
    </message>
    <message>
        <source>no source bears this out</source>
        <translation>没有出处支持此句</translation>
    </message>
    <message>
        <source>A sentence is withheld: it did not depend on the picture that it was said of.</source>
        <translation>有一句未显示：它并不依据所说的图片。</translation>
    </message>
    <message>
        <source>not included</source>
        <translation>未包含</translation>
    </message>
    <message>
        <source>page {0}</source>
        <translation>第 {0} 页</translation>
    </message>
    <message>
        <source>There is nothing of what was chosen in this encounter.</source>
        <translation>此就诊中没有所选的内容。</translation>
    </message>
    <message>
        <source>Signed note - research and education</source>
        <translation>已签署的病历 - 用于研究和教学</translation>
    </message>
    <message>
        <source>Answers are written by a model and not signed. Not a medical device: check every sentence against its sources.</source>
        <translation>回答由模型写成，未经签署。本软件不是医疗器械：请对照出处核实每一句。</translation>
    </message>
    <message>
        <source>Entry {0} of the audit trail, {1}</source>
        <translation>操作日志第 {0} 条，{1}</translation>
    </message>
    <message>
        <source>Rules found these identifiers; rules miss some. Names that are also ordinary words, names in small letters or in another script, rare circumstances (an unusual job, a well-known event) and what a spelling mistake hides can still tell who it is. Read the whole text before it leaves this machine.</source>
        <translation>这些身份信息由规则找出；规则会有遗漏。与普通词相同的姓名、小写或用其他文字写的姓名、少见的情形（特殊的职业、众所周知的事件）以及因拼写错误而未被识别的内容，仍可能透露是谁。在文本离开本机之前，请通读全文。</translation>
    </message>
    <message>
        <source>Dates were moved, which keeps their intervals. Safe Harbor (45 CFR 164.514(b)(2)) asks that only years stay, so this text does not meet it.</source>
        <translation>日期已整体平移，间隔保持不变。Safe Harbor（45 CFR 164.514(b)(2)）要求只保留年份，因此本文本不符合该要求。</translation>
    </message>
    <message>
        <source>Dates like 03/04/2019 were read as month/day.</source>
        <translation>03/04/2019 这样的日期按“月/日”理解。</translation>
    </message>
    <message>
        <source>DRAFT — not signed</source>
        <translation>草稿 — 未签署</translation>
    </message>
    <message>
        <source>Signed by {0} at {1} UTC, SHA-256 {2}</source>
        <translation>由 {0} 于 {1} UTC 签署，SHA-256 {2}</translation>
    </message>
    <message>
        <source>Signed by {0} at {1} UTC</source>
        <translation>由 {0} 于 {1} UTC 签署</translation>
    </message>
    <message>
        <source>What the doctor changed in the draft</source>
        <translation>医生对草稿所作的改动</translation>
    </message>
    <message>
        <source>doctor {0}</source>
        <translation>医生 {0}</translation>
    </message>
    <message>
        <source>the doctor</source>
        <translation>医生</translation>
    </message>
    <message>
        <source>Changed by {0}, {1}. Drafted as: “{2}”</source>
        <translation>由 {0} 修改，{1}。草稿原文：“{2}”</translation>
    </message>
    <message>
        <source>Added by {0}, {1}.</source>
        <translation>由 {0} 添加，{1}。</translation>
    </message>
    <message>
        <source>Struck by {0}, {1}: “{2}”</source>
        <translation>由 {0} 划去，{1}：“{2}”</translation>
    </message>
    <message>
        <source>Double check before signing: {0} lines, {1} confirmed, {2} changed; {3} with two differing readings of the sound.</source>
        <translation>签署前复核：共 {0} 行，确认 {1} 行，修改 {2} 行；其中 {3} 行两次识别的结果不同。</translation>
    </message>
    <message>
        <source>Consent to recording</source>
        <translation>录音同意</translation>
    </message>
    <message>
        <source>The patient, or who may speak for the patient, agreed.</source>
        <translation>患者或其代言人已同意。</translation>
    </message>
    <message>
        <source>It was withdrawn: nothing more is recorded.</source>
        <translation>已撤回：不再录音。</translation>
    </message>
</context>
<context>
    <name>ExportWizard</name>
    <message>
        <source>Export this encounter</source>
        <translation>导出此就诊</translation>
    </message>
    <message>
        <source>A file leaves the encrypted record and is not encrypted itself. The audit trail tells of it.</source>
        <translation>文件离开加密的记录后，本身不加密。操作日志会记下此事。</translation>
    </message>
    <message>
        <source>Names that you know, with commas between them</source>
        <translation>您知道的姓名，用逗号分隔</translation>
    </message>
    <message>
        <source>What is replaced</source>
        <translation>被替换的内容</translation>
    </message>
    <message>
        <source>The text as it leaves</source>
        <translation>将要导出的文本</translation>
    </message>
    <message>
        <source>I have read the text as it leaves this record</source>
        <translation>我已阅读将要导出的文本</translation>
    </message>
    <message>
        <source>Pictures stay in the record. A copy of one can leave by itself, with the words in it blacked out.</source>
        <translation>图片留在病历中。可以单独导出一张图片的副本，其中的文字会被涂黑。</translation>
    </message>
    <message>
        <source>Copy a picture…</source>
        <translation>复制一张图片…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>打印…</translation>
    </message>
    <message>
        <source>Save the file…</source>
        <translation>保存文件…</translation>
    </message>
    <message>
        <source>Sent to the printer.</source>
        <translation>已发送到打印机。</translation>
    </message>
    <message>
        <source>Save the file</source>
        <translation>保存文件</translation>
    </message>
    <message>
        <source>Saved: {file}. It is not encrypted.</source>
        <translation>已保存：{file}。该文件没有加密。</translation>
    </message>
    <message>
        <source>Nothing is replaced: names, dates and numbers are in it as they are.</source>
        <translation>没有替换任何内容：姓名、日期和号码都保持原样。</translation>
    </message>
    <message>
        <source>As</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>For</source>
        <translation>给谁</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>用途</translation>
    </message>
    <message>
        <source>How much of a person</source>
        <translation>身份信息</translation>
    </message>
</context>
<context>
    <name>FaultBoundary</name>
    <message>
        <source>Bedside</source>
        <translation>Bedside</translation>
    </message>
    <message>
        <source>Something went wrong inside Bedside ({kind}).</source>
        <translation>Bedside 内部出错（{kind}）。</translation>
    </message>
    <message>
        <source>Your encounters are safe. Go on; if it happens again, close Bedside and open it anew.</source>
        <translation>您的接诊记录安全无损，可继续使用；若再次出现，请关闭并重新打开 Bedside。</translation>
    </message>
</context>
<context>
    <name>FellowRow</name>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open {0}, {1}</source>
        <translation>打开 {0}，{1}</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>移出</translation>
    </message>
    <message>
        <source>Take {0}, {1} out: not the same patient</source>
        <translation>移出 {0}，{1}：不是同一患者</translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>Found by words alone: the text encoder is not on this machine. The models page adds it.</source>
        <translation>仅按词语查找：本机没有文本编码器。可在模型页面添加。</translation>
    </message>
    <message>
        <source>Found by words alone while the models are busy or not loaded.</source>
        <translation>模型正忙或尚未加载，目前仅按词语查找。</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message>
        <source>First steps</source>
        <translation>初次使用</translation>
    </message>
    <message>
        <source>Step {number} of {total}</source>
        <translation>第 {number} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Open Bedside</source>
        <translation>打开 Bedside</translation>
    </message>
    <message>
        <source>Start empty</source>
        <translation>空白开始</translation>
    </message>
    <message>
        <source>Try the sample encounter</source>
        <translation>试用示例接诊</translation>
    </message>
    <message>
        <source>The sample is a made-up consultation with a CT picture. No patient is in it; delete it any time.</source>
        <translation>示例是一次虚构的问诊和一幅 CT 图像，不涉及任何患者，可随时删除。</translation>
    </message>
</context>
<context>
    <name>FoldBar</name>
    <message>
        <source>Encounters</source>
        <translation>接诊记录</translation>
    </message>
    <message>
        <source>Show the list of encounters</source>
        <translation>显示接诊记录列表</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Show the sources</source>
        <translation>显示来源</translation>
    </message>
</context>
<context>
    <name>ImportSheet</name>
    <message>
        <source>Import a FHIR file</source>
        <translation>导入 FHIR 文件</translation>
    </message>
    <message>
        <source>Nobody checked what a file says. It is added as typed text, each line with where it stands in it.</source>
        <translation>文件内容未经任何人核对。它将作为键入的文字添加，每行注明其在文件中的位置。</translation>
    </message>
    <message>
        <source>What the file says</source>
        <translation>文件内容</translation>
    </message>
    <message>
        <source>Put who it is into the title of the encounter</source>
        <translation>将患者身份写入就诊标题</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Add to the encounter</source>
        <translation>添加到就诊</translation>
    </message>
    <message>
        <source>The file is being read…</source>
        <translation>正在读取文件…</translation>
    </message>
</context>
<context>
    <name>Keeping</name>
    <message>
        <source>Backing up …</source>
        <translation>正在备份…</translation>
    </message>
    <message>
        <source>Last verified backup: {time}</source>
        <translation>最近一次经过验证的备份：{time}</translation>
    </message>
    <message>
        <source>There is no verified backup yet.</source>
        <translation>还没有经过验证的备份。</translation>
    </message>
    <message>
        <source>This record has no verified backup yet.</source>
        <translation>本记录还没有经过验证的备份。</translation>
    </message>
    <message>
        <source>The last verified backup is older than {days} days: {time}. The record itself is safe on this disk.</source>
        <translation>最近一次经过验证的备份已超过 {days} 天：{time}。记录本身在此磁盘上是安全的。</translation>
    </message>
    <message>
        <source>Files that are damaged or missing in the record itself: {count}. Restore them from an older backup.</source>
        <translation>记录本身中损坏或缺失的文件：{count} 个。请从较早的备份中恢复它们。</translation>
    </message>
</context>
<context>
    <name>KeyringRow</name>
    <message>
        <source>This computer&apos;s account opens the record too</source>
        <translation>本机账户也可打开记录</translation>
    </message>
    <message>
        <source>Open the record with this computer&apos;s account</source>
        <translation>用本机账户打开记录</translation>
    </message>
    <message>
        <source>A key lies in the system&apos;s store of secrets, beside the passphrase and the recovery key. Whoever is signed in to this account can then unlock Bedside with one press.</source>
        <translation>除口令和恢复密钥外，系统的密钥库中再存放一把钥匙。此后，凡登录此账户的人都能一键解锁 Bedside。</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>开启</translation>
    </message>
</context>
<context>
    <name>LeavingPicture</name>
    <message>
        <source>Saved: {files}. Not encrypted.</source>
        <translation>已保存：{files}。未加密。</translation>
    </message>
    <message>
        <source>A box of your own</source>
        <translation>您自己画的方框</translation>
    </message>
    <message>
        <source>The picture with what becomes black</source>
        <translation>图片及将被涂黑的部分</translation>
    </message>
    <message>
        <source>What becomes black</source>
        <translation>将被涂黑的内容</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>LibrarySection</name>
    <message>
        <source>My library</source>
        <translation>我的资料库</translation>
    </message>
    <message>
        <source>Guidelines and papers as PDF, DOCX, Markdown, text or saved web pages. Answers cite them with page and heading. Your files are only read, and what is read stays on this machine, unencrypted: add no patient&apos;s papers.</source>
        <translation>PDF、DOCX、Markdown、纯文本或已保存网页形式的指南和文献。回答会注明其页码和标题。您的文件只会被读取，读取的内容以未加密方式保存在本机：请勿添加患者资料。</translation>
    </message>
    <message>
        <source>Add a folder of documents…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add documents…</source>
        <translation>添加文档…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Documents that were added whole stay</source>
        <translation>已完整添加的文档会保留</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Documents are being looked for…</source>
        <translation>正在查找文档…</translation>
    </message>
    <message>
        <source>Making passages findable by their meaning: {done} of {total}</source>
        <translation>正在建立语义索引：{done} / {total}</translation>
    </message>
    <message>
        <source>Reading {name} ({done} of {total})</source>
        <translation>正在读取 {name}（{done} / {total}）</translation>
    </message>
    <message>
        <source>1 passage</source>
        <translation>1 个段落</translation>
    </message>
    <message>
        <source>{count} passages</source>
        <translation>{count} 个段落</translation>
    </message>
    <message>
        <source>1 document of these is in the library.</source>
        <translation>其中 1 个文档已在资料库中。</translation>
    </message>
    <message>
        <source>{count} documents of these are in the library.</source>
        <translation>其中 {count} 个文档已在资料库中。</translation>
    </message>
    <message>
        <source>And {count} more could not be read.</source>
        <translation>另有 {count} 个无法读取。</translation>
    </message>
    <message>
        <source>{facts}; the file itself is gone</source>
        <translation>{facts}；原文件已不存在</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>The library could not be read. Your documents are untouched.</source>
        <translation>无法读取资料库。您的文档未受影响。</translation>
    </message>
    <message>
        <source>Stopped. What was added whole stays; adding the same again goes on from there.</source>
        <translation>已停止。已完整添加的内容会保留；再次添加时将从中断处继续。</translation>
    </message>
    <message>
        <source>It is no longer in the library. The file itself stays.</source>
        <translation>已从资料库中移除。原文件不变。</translation>
    </message>
    <message>
        <source>No document that can be read was found there. Nothing was changed.</source>
        <translation>那里没有可读取的文档。未作任何更改。</translation>
    </message>
    <message>
        <source>That did not work. The library is as it was; try again.</source>
        <translation>操作未成功。资料库没有变化；请重试。</translation>
    </message>
    <message>
        <source>A folder with documents</source>
        <translation>选择文档文件夹</translation>
    </message>
    <message>
        <source>Documents ({kinds})</source>
        <translation>文档 ({kinds})</translation>
    </message>
    <message>
        <source>Documents for the library</source>
        <translation>选择要加入资料库的文档</translation>
    </message>
</context>
<context>
    <name>LineRow</name>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Strike</source>
        <translation>划去</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Add below</source>
        <translation>在下方添加</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>The new line</source>
        <translation>新的一行</translation>
    </message>
    <message>
        <source>The words of the line</source>
        <translation>这一行的文字</translation>
    </message>
    <message>
        <source>Struck</source>
        <translation>已划去</translation>
    </message>
    <message>
        <source>Return changes it, Delete strikes it, Insert adds a line below it</source>
        <translation>回车修改，Delete 划去，Insert 在下方添加一行</translation>
    </message>
</context>
<context>
    <name>LooksStep</name>
    <message>
        <source>Welcome to Bedside</source>
        <translation>欢迎使用 Bedside</translation>
    </message>
    <message>
        <source>Choose how it looks. Everything can be changed later.</source>
        <translation>请选择外观。以后均可更改。</translation>
    </message>
</context>
<context>
    <name>MachinePage</name>
    <message>
        <source>Models and machine</source>
        <translation>模型与设备</translation>
    </message>
    <message>
        <source>{size} GB</source>
        <translation>{size} GB</translation>
    </message>
    <message>
        <source>{size} MB</source>
        <translation>{size} MB</translation>
    </message>
    <message>
        <source>Waits for another program that fetches models</source>
        <translation>正在等待另一个下载模型的程序</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Checking every byte</source>
        <translation>正在逐字节校验</translation>
    </message>
    <message>
        <source>Converting</source>
        <translation>正在转换</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>正在写入</translation>
    </message>
    <message>
        <source>{stage}: {done} of {total}</source>
        <translation>{stage}：{done} / {total}</translation>
    </message>
</context>
<context>
    <name>MachineSection</name>
    <message>
        <source>This machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Graphics processor</source>
        <translation>图形处理器</translation>
    </message>
    <message>
        <source>The models run on</source>
        <translation>模型运行于</translation>
    </message>
    <message>
        <source>Speed of answers</source>
        <translation>回答速度</translation>
    </message>
    <message>
        <source>Memory of the models</source>
        <translation>模型占用内存</translation>
    </message>
    <message>
        <source>Memory of this window</source>
        <translation>本窗口占用内存</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>{name}, {cores} cores</source>
        <translation>{name}，{cores} 核</translation>
    </message>
    <message>
        <source>{device}, numbers in {dtype}</source>
        <translation>{device}，数值精度 {dtype}</translation>
    </message>
    <message>
        <source>nothing is loaded</source>
        <translation>未加载</translation>
    </message>
    <message>
        <source>{speed} tokens a second with {decoder}</source>
        <translation>使用 {decoder} 每秒 {speed} 个词元</translation>
    </message>
    <message>
        <source>Stop measuring</source>
        <translation>停止测量</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Takes some seconds and loads the models where they are not.</source>
        <translation>需要数秒；模型未加载时会先加载。</translation>
    </message>
    <message>
        <source>none that the models can use</source>
        <translation>没有模型可用的</translation>
    </message>
    <message>
        <source>{name}, {memory}</source>
        <translation>{name}，{memory}</translation>
    </message>
    <message>
        <source>{free} of {total} free</source>
        <translation>可用 {free}，共 {total}</translation>
    </message>
    <message>
        <source>Close other programs: the models may run out of memory.</source>
        <translation>请关闭其他程序：模型可能内存不足。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Bedside</source>
        <translation>Bedside</translation>
    </message>
    <message>
        <source>Bedside stays open, since not everything is on the disk yet. Free some space first.</source>
        <translation>尚有内容未写入磁盘，因此 Bedside 没有锁定。请先腾出一些磁盘空间。</translation>
    </message>
    <message>
        <source>There is no encounter to export. Open one from the list first.</source>
        <translation>没有可导出的就诊。请先从列表中打开一个。</translation>
    </message>
    <message>
        <source>A recording is running.</source>
        <translation>正在录音。</translation>
    </message>
    <message>
        <source>What was recorded so far is kept. Stop it and close Bedside?</source>
        <translation>已录内容会保留。停止录音并关闭 Bedside？</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Keep recording</source>
        <translation>继续录音</translation>
    </message>
</context>
<context>
    <name>MessagePage</name>
    <message>
        <source>No picture is open. Choose one in the encounter to see it here.</source>
        <translation>没有打开的图像。请在接诊中选择一幅在此查看。</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Progress of opening</source>
        <translation>打开进度</translation>
    </message>
</context>
<context>
    <name>MicrophoneBar</name>
    <message>
        <source>Level of the microphone</source>
        <translation>麦克风音量</translation>
    </message>
    <message>
        <source>Recorded so far</source>
        <translation>已录时长</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>口述</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>正在录音</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>没有麦克风</translation>
    </message>
    <message>
        <source>Microphone not allowed</source>
        <translation>未允许使用麦克风</translation>
    </message>
    <message>
        <source>Recording ended</source>
        <translation>录音已结束</translation>
    </message>
    <message>
        <source>The sound stays on this machine.</source>
        <translation>声音仅保存在本机。</translation>
    </message>
    <message>
        <source>This machine lacks the library that reaches microphones (on Linux: libpulse0). Attach a sound file instead, or ask whoever looks after the machine to install it.</source>
        <translation>本机缺少访问麦克风的程序库（Linux 上为 libpulse0）。请改为添加音频文件，或请设备管理员安装。</translation>
    </message>
    <message>
        <source>Plug a microphone in, or attach a sound file instead.</source>
        <translation>请连接麦克风，或改为添加音频文件。</translation>
    </message>
    <message>
        <source>The system does not let Bedside use a microphone. Allow it in the privacy settings, then press Speak.</source>
        <translation>系统不允许 Bedside 使用麦克风。请在隐私设置中允许，然后按“口述”。</translation>
    </message>
    <message>
        <source>Nothing is heard. Is the microphone muted, or is another one meant? Choose it here; what is recorded so far is kept.</source>
        <translation>听不到声音。麦克风是否静音，或应使用另一个？请在此选择；已录内容会保留。</translation>
    </message>
    <message>
        <source>The microphone is gone. What was said is kept: plug it in again or choose another one, then go on.</source>
        <translation>麦克风已断开。已说内容均已保留：请重新连接或另选一个，然后继续。</translation>
    </message>
    <message>
        <source>The chosen microphone is not plugged in; {name} is used.</source>
        <translation>所选麦克风未连接，现使用 {name}。</translation>
    </message>
    <message>
        <source>The microphone cannot be opened; another program may be using it. Close that program or choose another microphone, then try again.</source>
        <translation>无法打开麦克风，可能正被其他程序使用。请关闭该程序或另选麦克风后重试。</translation>
    </message>
    <message>
        <source>The disk is full. What was said until now is kept: free some space, then speak.</source>
        <translation>磁盘已满。此前所说内容已保留：请释放空间后再口述。</translation>
    </message>
    <message>
        <source>The recording could not be written. What was said until now is kept if the disk still holds it: check the disk, then speak.</source>
        <translation>录音无法写入。若磁盘仍完好，此前内容已保留：请检查磁盘后再口述。</translation>
    </message>
    <message>
        <source>This recording is as long as one can be. It is kept: speak to begin another.</source>
        <translation>此录音已达最大长度并已保留：请口述以开始新的录音。</translation>
    </message>
    <message>
        <source>Look for a microphone</source>
        <translation>查找麦克风</translation>
    </message>
    <message>
        <source>Privacy settings</source>
        <translation>隐私设置</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>麦克风</translation>
    </message>
    <message>
        <source>{name} (system)</source>
        <translation>{name}（系统）</translation>
    </message>
    <message>
        <source>None found</source>
        <translation>未找到</translation>
    </message>
</context>
<context>
    <name>MissingSection</name>
    <message>
        <source>What is missing</source>
        <translation>缺少什么</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stops fetching; it goes on later from where it was</source>
        <translation>停止下载；以后可从中断处继续</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>The models ended too often and were stopped.</source>
        <translation>模型多次退出，已停用。</translation>
    </message>
    <message>
        <source>Start the models again</source>
        <translation>重新启动模型</translation>
    </message>
    <message>
        <source>{count} models that Bedside needs are not on this machine yet.</source>
        <translation>Bedside 所需的 {count} 个模型尚未在本机。</translation>
    </message>
    <message>
        <source>Fetch all ({size})</source>
        <translation>全部下载（{size}）</translation>
    </message>
    <message>
        <source>{title} is not on this machine yet.</source>
        <translation>{title} 尚未在本机。</translation>
    </message>
    <message>
        <source>{title} is damaged on this machine.</source>
        <translation>本机上的 {title} 已损坏。</translation>
    </message>
    <message>
        <source>{title} was made by an earlier version of Bedside.</source>
        <translation>{title} 由旧版 Bedside 生成。</translation>
    </message>
    <message>
        <source>Fetch ({size})</source>
        <translation>下载（{size}）</translation>
    </message>
    <message>
        <source>The system lacks libraries that Bedside needs. Whoever looks after it types: {command}</source>
        <translation>系统缺少 Bedside 所需的程序库。请设备管理员输入：{command}</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>The library that reaches microphones is missing (on Linux: libpulse0).</source>
        <translation>缺少访问麦克风的程序库（Linux 上为 libpulse0）。</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>No microphone is plugged in.</source>
        <translation>未连接麦克风。</translation>
    </message>
    <message>
        <source>The system does not let Bedside use a microphone; its privacy settings change that.</source>
        <translation>系统不允许 Bedside 使用麦克风；可在隐私设置中更改。</translation>
    </message>
    <message numerus="yes">
        <source>{title} is being fetched, %n more to come.</source>
        <translation>
            <numerusform>正在下载 {title}，还有 %n 个。</numerusform>
        </translation>
    </message>
    <message>
        <source>{title} is being fetched.</source>
        <translation>正在下载 {title}。</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>Verify</source>
        <translation>校验</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>确认移除</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Source and limits</source>
        <translation>来源与局限</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Nobody but you has checked this model.</source>
        <translation>除您之外，无人检查过此模型。</translation>
    </message>
    <message>
        <source>needed</source>
        <translation>必需</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>{kind} · {size} to download · licence: {licence}</source>
        <translation>{kind} · 下载 {size} · 许可证：{licence}</translation>
    </message>
    <message>
        <source>From: {source}</source>
        <translation>来源：{source}</translation>
    </message>
    <message>
        <source>Fetch</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Fetch again</source>
        <translation>重新下载</translation>
    </message>
    <message>
        <source>Waits for the other models.</source>
        <translation>正在等待其他模型。</translation>
    </message>
    <message>
        <source>Remove {title} from this machine? It can be fetched again ({size}).</source>
        <translation>从本机移除 {title}？可重新下载（{size}）。</translation>
    </message>
    <message>
        <source>Stopped. What is downloaded is kept: Fetch goes on from there.</source>
        <translation>已停止。已下载部分会保留，再次下载将从此处继续。</translation>
    </message>
    <message>
        <source>as its owner says</source>
        <translation>以其所有者的说明为准</translation>
    </message>
    <message>
        <source>added by you · {size} on this machine · licence: {licence}</source>
        <translation>由您添加 · 占用 {size} · 许可证：{licence}</translation>
    </message>
    <message>
        <source>Writes the answers once it is chosen above.</source>
        <translation>在上方选中后，由它撰写回答。</translation>
    </message>
    <message>
        <source>Recognises speech; it is chosen on the command line.</source>
        <translation>识别语音；在命令行中选用。</translation>
    </message>
    <message>
        <source>Encodes pictures; it is chosen on the command line.</source>
        <translation>编码图片；在命令行中选用。</translation>
    </message>
    <message>
        <source>That did not work. Nothing was changed: try again.</source>
        <translation>未能成功。未作任何更改，请重试。</translation>
    </message>
    <message>
        <source>Fetched and ready.</source>
        <translation>已下载并就绪。</translation>
    </message>
    <message>
        <source>Every file is as it was when it was installed.</source>
        <translation>所有文件与安装时一致。</translation>
    </message>
    <message>
        <source>Removed.</source>
        <translation>已移除。</translation>
    </message>
    <message>
        <source>Remove {title} from this machine? {size} become free; the copy that you added it from is not touched.</source>
        <translation>从本机移除 {title}？将释放 {size}；您添加时所用的原件不受影响。</translation>
    </message>
    <message>
        <source>It writes the answers, and no other decoder is here: without it there are none.</source>
        <translation>目前由它撰写回答，且本机没有其他解码器：移除后将无法回答。</translation>
    </message>
    <message>
        <source>It writes the answers now; {title} takes its place.</source>
        <translation>目前由它撰写回答；移除后由 {title} 接替。</translation>
    </message>
    <message>
        <source>not on this machine</source>
        <translation>不在本机</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>made by an earlier version</source>
        <translation>由旧版生成</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>已损坏</translation>
    </message>
</context>
<context>
    <name>ModelsSection</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>The list of models is being read…</source>
        <translation>正在读取模型列表…</translation>
    </message>
    <message>
        <source>{title} was removed from this machine.</source>
        <translation>已从本机移除 {title}。</translation>
    </message>
    <message>
        <source>The list of models could not be read. What is installed is untouched: try again, or reinstall Bedside.</source>
        <translation>无法读取模型列表。已安装的内容未受影响：请重试，或重新安装 Bedside。</translation>
    </message>
</context>
<context>
    <name>ModelsStep</name>
    <message>
        <source>The models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>missing, {size}</source>
        <translation>缺失，{size}</translation>
    </message>
    <message>
        <source>here</source>
        <translation>已就绪</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Fetch them ({size})</source>
        <translation>下载（{size}）</translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation>下载进度</translation>
    </message>
    <message>
        <source>Looking for the models on this machine …</source>
        <translation>正在查找本机上的模型…</translation>
    </message>
    <message>
        <source>Everything that Bedside needs is on this machine.</source>
        <translation>Bedside 所需的模型均已在本机。</translation>
    </message>
    <message>
        <source>They run on this machine alone and are fetched once. You can also do this later.</source>
        <translation>模型仅在本机运行，只需下载一次。也可以稍后再下载。</translation>
    </message>
    <message>
        <source>{model}: {done} of {total}</source>
        <translation>{model}：{done} / {total}</translation>
    </message>
    <message>
        <source>This did not succeed. Go on; the models page helps later.</source>
        <translation>未能成功。请继续；之后可在模型页面处理。</translation>
    </message>
</context>
<context>
    <name>NewPassphrase</name>
    <message>
        <source>Passphrase, at least {least} characters</source>
        <translation>口令，至少 {least} 个字符</translation>
    </message>
    <message>
        <source>The same once more</source>
        <translation>再输入一次</translation>
    </message>
    <message>
        <source>How long it would withstand guessing</source>
        <translation>抵御猜测的强度</translation>
    </message>
    <message>
        <source>Show what I type</source>
        <translation>显示输入的内容</translation>
    </message>
    <message>
        <source>Several words that only you would put together are easy to type and keep.</source>
        <translation>用几个只有您才会放在一起的词，既好输入也好记。</translation>
    </message>
    <message>
        <source>Too short: {missing} to go.</source>
        <translation>太短：还差 {missing} 个字符。</translation>
    </message>
    <message>
        <source>Somebody who has this machine would guess it. Add a word or two.</source>
        <translation>拿到这台电脑的人会猜出它。请再加一两个词。</translation>
    </message>
    <message>
        <source>It would withstand guessing for a while. One more word makes it good.</source>
        <translation>可以抵御一段时间的猜测。再加一个词就很好。</translation>
    </message>
    <message>
        <source>Good.</source>
        <translation>好。</translation>
    </message>
    <message>
        <source>Very good.</source>
        <translation>很好。</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>两次输入不一致。</translation>
    </message>
</context>
<context>
    <name>NoEncounter</name>
    <message>
        <source>No encounter is open</source>
        <translation>没有打开的接诊</translation>
    </message>
    <message>
        <source>Choose one from the list, or begin a new one.</source>
        <translation>请从列表中选择，或新建接诊。</translation>
    </message>
    <message>
        <source>No encounters yet</source>
        <translation>尚无接诊</translation>
    </message>
    <message>
        <source>An encounter holds what is said, shown, asked and answered at one bedside, on this machine only.</source>
        <translation>一次接诊包含在一个床边所说、所示、所问和所答的内容，仅保存在本机。</translation>
    </message>
    <message>
        <source>Begin an encounter</source>
        <translation>开始接诊</translation>
    </message>
    <message>
        <source>Try the sample encounter</source>
        <translation>试用示例接诊</translation>
    </message>
</context>
<context>
    <name>NoteSheet</name>
    <message>
        <source>Signed note</source>
        <translation>已签署的病历</translation>
    </message>
    <message>
        <source>Edit and sign</source>
        <translation>编辑并签署</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo the last edit</source>
        <translation>撤销上一次改动</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Check before signing</source>
        <translation>签署前复核</translation>
    </message>
    <message>
        <source>Go on to sign</source>
        <translation>继续签署</translation>
    </message>
    <message>
        <source>Sign</source>
        <translation>签署</translation>
    </message>
    <message>
        <source>1 of 3: Read it, and change what is not right. Every edit is kept.</source>
        <translation>第 1 步，共 3 步：通读，并修改不对的地方。每次改动都会保留。</translation>
    </message>
    <message>
        <source>2 of 3: Tick each line, or change it.</source>
        <translation>第 2 步，共 3 步：逐行勾选，或加以修改。</translation>
    </message>
    <message>
        <source>3 of 3: Sign it. Nothing is signed by itself.</source>
        <translation>第 3 步，共 3 步：签署。绝不会自动签署。</translation>
    </message>
</context>
<context>
    <name>NoteWords</name>
    <message>
        <source>Drug</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Allergies</source>
        <translation>过敏</translation>
    </message>
    <message>
        <source>Sides</source>
        <translation>左右侧</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Denied</source>
        <translation>否认</translation>
    </message>
    <message>
        <source>Unverified</source>
        <translation>未核实</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>a side</source>
        <translation>左右侧</translation>
    </message>
    <message>
        <source>a negation</source>
        <translation>否定</translation>
    </message>
    <message>
        <source>a drug</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Heard a second time: both readings agree.</source>
        <translation>已再次识别：两次结果一致。</translation>
    </message>
    <message>
        <source>Both readings agree, but this was hard to hear: {0}. Listen.</source>
        <translation>两次识别一致，但这里听不太清楚：{0}。请听录音。</translation>
    </message>
    <message>
        <source>Heard a second time: the readings differ. Listen.</source>
        <translation>已再次识别：两次结果不同。请听录音。</translation>
    </message>
    <message>
        <source>The sound could not be heard a second time.</source>
        <translation>这段声音无法再次识别。</translation>
    </message>
    <message>
        <source>Typed, not said: there is no sound to hear again.</source>
        <translation>这是键入的，不是口述的：没有可再次识别的声音。</translation>
    </message>
    <message>
        <source>You ticked this.</source>
        <translation>您已勾选。</translation>
    </message>
    <message>
        <source>You changed this.</source>
        <translation>您已修改。</translation>
    </message>
    <message>
        <source>No drug, dose, side, negation or number stands in this note.</source>
        <translation>此病历中没有药物、剂量、左右侧、否定或数值。</translation>
    </message>
    <message>
        <source>Open lines: {0} of {1}.</source>
        <translation>未决定的行：{0} / {1}。</translation>
    </message>
    <message>
        <source>All {0} lines are decided.</source>
        <translation>全部 {0} 行均已决定。</translation>
    </message>
    <message>
        <source>{0} s of sound were heard a second time.</source>
        <translation>已再次识别 {0} 秒声音。</translation>
    </message>
    <message>
        <source>The sound of these could not be read: {0}.</source>
        <translation>无法读取以下录音的声音：{0}。</translation>
    </message>
    <message>
        <source>Listen at {0}</source>
        <translation>从 {0} 听</translation>
    </message>
    <message>
        <source>You struck this, {0}.</source>
        <translation>您已划去，{0}。</translation>
    </message>
    <message>
        <source>You added this, {0}.</source>
        <translation>您已添加，{0}。</translation>
    </message>
    <message>
        <source>As it was drafted again, {0}.</source>
        <translation>已恢复为草稿原文，{0}。</translation>
    </message>
    <message>
        <source>You changed this, {0}. Drafted as: “{1}”</source>
        <translation>您已修改，{0}。草稿原文：“{1}”</translation>
    </message>
    <message>
        <source>Draft, not signed</source>
        <translation>草稿，未签署</translation>
    </message>
    <message>
        <source>Signed by {0}, {1}</source>
        <translation>由 {0} 签署，{1}</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Bedside is software for research and education. It is not a medical device, it has not been cleared by any authority, and nothing that it says is a diagnosis.</source>
        <translation>Bedside 是用于研究和教学的软件。它不是医疗器械，未经任何主管机构批准，其任何输出均不构成诊断。</translation>
    </message>
    <message>
        <source>Who it is for.</source>
        <translation>适用人群。</translation>
    </message>
    <message>
        <source>Doctors and other trained clinicians, and those who teach them. It is not for patients on their own.</source>
        <translation>医生及其他受过培训的临床人员，以及他们的教师。不供患者自行使用。</translation>
    </message>
    <message>
        <source>What a clinician must do.</source>
        <translation>临床人员必须做到。</translation>
    </message>
    <message>
        <source>Read the sources beside every sentence before relying on it. Listen to the recording where a drug, a dose, a number, a side or a negation matters.</source>
        <translation>采信任何一句之前，请先阅读其旁的来源。凡涉及药物、剂量、数字、左右侧或否定，请回听录音。</translation>
    </message>
    <message>
        <source>What it must not be used for.</source>
        <translation>禁止用途。</translation>
    </message>
    <message>
        <source>Emergencies, triage, screening, monitoring, dosing, or any decision that nobody checks. It signs nothing by itself and sends nothing.</source>
        <translation>急救、分诊、筛查、监护、给药剂量，或任何无人核对的决定。它不会自行签署任何内容，也不发送任何内容。</translation>
    </message>
    <message>
        <source>Known limits.</source>
        <translation>已知局限。</translation>
    </message>
    <message>
        <source>The decoder that comes with Bedside has 135 million parameters. It makes things up, also in fluent sentences.</source>
        <translation>Bedside 自带的解码器有 1.35 亿个参数。它会编造内容，而且语句流畅。</translation>
    </message>
    <message>
        <source>Whisper invents words in about one of a hundred passages, mostly in silence; Bedside drops silence before Whisper hears it and marks words it is unsure of, but does not catch every invention. Keep the recording.</source>
        <translation>Whisper 约每一百段会凭空生成一次词语，多在静默处；Bedside 会先去除静默并标出不确定的词，但无法发现所有编造。请保留录音。</translation>
    </message>
</context>
<context>
    <name>NoticeLine</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>NoticeStep</name>
    <message>
        <source>What Bedside is for</source>
        <translation>Bedside 的用途</translation>
    </message>
    <message>
        <source>Please read this once.</source>
        <translation>请阅读一次。</translation>
    </message>
    <message>
        <source>I have read this, and I check every answer.</source>
        <translation>我已阅读，并会核对每一个回答。</translation>
    </message>
</context>
<context>
    <name>Noting</name>
    <message>
        <source>A signed note is missing from this encounter: somebody changed the record. Nothing else of it is touched; look into a backup.</source>
        <translation>此就诊中缺少一份已签署的病历：有人改动过记录。其余内容未受影响；请查看备份。</translation>
    </message>
    <message>
        <source>A signed note of this encounter is not what was signed: somebody changed the record. Do not rely on it; look into a backup.</source>
        <translation>此就诊中有一份病历与签署时不符：有人改动过记录。请勿依赖它；请查看备份。</translation>
    </message>
</context>
<context>
    <name>NumberControl</name>
    <message>
        <source>{setting}: less</source>
        <translation>{setting}：减小</translation>
    </message>
    <message>
        <source>{setting}: more</source>
        <translation>{setting}：增大</translation>
    </message>
</context>
<context>
    <name>OwnDialog</name>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>That did not work. Nothing was changed; try again.</source>
        <translation>未能完成。没有做任何更改；请重试。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>OwnModelAdder</name>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add a GGUF file…</source>
        <translation>添加 GGUF 文件…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>A decoder of your own is copied to this machine&apos;s models and checked; yours is only read.</source>
        <translation>您自己的解码器会被复制到本机的模型中并经过检查；原件只会被读取。</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>{name} is being added.</source>
        <translation>正在添加 {name}。</translation>
    </message>
    <message>
        <source>{name} holds no decoder: a folder needs config.json and weights in safetensors. Nothing was changed.</source>
        <translation>{name} 中没有解码器：文件夹需包含 config.json 和 safetensors 权重。未作任何更改。</translation>
    </message>
    <message>
        <source>{name} is no GGUF file. Nothing was changed.</source>
        <translation>{name} 不是 GGUF 文件。未作任何更改。</translation>
    </message>
    <message>
        <source>Stopped. Nothing was added, and yours is as it was.</source>
        <translation>已停止。未添加任何内容，您的原件保持不变。</translation>
    </message>
    <message>
        <source>{name} could not be added. Nothing was changed, and yours is as it was.</source>
        <translation>无法添加 {name}。未作任何更改，您的原件保持不变。</translation>
    </message>
    <message>
        <source>{name} is added and writes the answers from now on.</source>
        <translation>{name} 已添加，今后由它撰写回答。</translation>
    </message>
    <message>
        <source>{name} is added and listed under Models. It writes no answers, so the decoder stays.</source>
        <translation>{name} 已添加，并列在“模型”下。它不撰写回答，因此解码器保持不变。</translation>
    </message>
    <message>
        <source>A folder with a decoder</source>
        <translation>包含解码器的文件夹</translation>
    </message>
    <message>
        <source>A decoder as a GGUF file</source>
        <translation>GGUF 格式的解码器</translation>
    </message>
</context>
<context>
    <name>PartView</name>
    <message>
        <source>Add a line</source>
        <translation>添加一行</translation>
    </message>
    <message>
        <source>The new line</source>
        <translation>新的一行</translation>
    </message>
</context>
<context>
    <name>PatientChooser</name>
    <message>
        <source>Same patient as…</source>
        <translation>同一患者的就诊…</translation>
    </message>
    <message>
        <source>Choose an earlier encounter of this patient. Only you can know: nothing is suggested.</source>
        <translation>请选择该患者以前的一次就诊。只有您能判断：程序不作任何推荐。</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search for an encounter of the same patient</source>
        <translation>搜索同一患者的就诊</translation>
    </message>
    <message>
        <source>Encounters that may be of the same patient</source>
        <translation>可能属于同一患者的就诊</translation>
    </message>
    <message>
        <source>There is no other encounter that could be chosen.</source>
        <translation>没有其他可选的就诊。</translation>
    </message>
    <message>
        <source>Choose none</source>
        <translation>不选择</translation>
    </message>
</context>
<context>
    <name>PatientView</name>
    <message>
        <source>Stop reading</source>
        <translation>停止朗读</translation>
    </message>
    <message>
        <source>Read aloud</source>
        <translation>朗读</translation>
    </message>
    <message>
        <source>Bedside</source>
        <translation>Bedside</translation>
    </message>
    <message>
        <source>Light ground</source>
        <translation>浅色背景</translation>
    </message>
    <message>
        <source>Dark ground</source>
        <translation>深色背景</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭（Esc）</translation>
    </message>
    <message>
        <source>No voice is installed on this machine, so nothing can be read aloud. Add one in the system&apos;s settings for speech, on Linux with speech-dispatcher, and open this view again.</source>
        <translation>本机未安装语音，因此无法朗读。请在系统的语音设置中添加语音（Linux 使用 speech-dispatcher），然后重新打开此视图。</translation>
    </message>
    <message>
        <source>No voice for this language is installed. Add one in the system&apos;s settings for speech.</source>
        <translation>未安装此语言的语音。请在系统的语音设置中添加。</translation>
    </message>
    <message>
        <source>The voice stopped by itself. Try again, or read the words to the patient.</source>
        <translation>语音自行停止了。请重试，或由您读给患者听。</translation>
    </message>
</context>
<context>
    <name>PictureCopy</name>
    <message>
        <source>Copy a picture for somebody else</source>
        <translation>为他人复制一张图片</translation>
    </message>
    <message>
        <source>Words in the picture are blacked out in the copy; the original stays. Click a box to keep its words, drag to black out more. Faces are never taken out.</source>
        <translation>副本中图片上的文字会被涂黑，原图保持不变。点击方框可保留其中的文字，拖动可涂黑更多区域。面部从不会被去除。</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>I have looked at the whole picture</source>
        <translation>我已看过整张图片</translation>
    </message>
    <message>
        <source>Save the copy…</source>
        <translation>保存副本…</translation>
    </message>
    <message>
        <source>There is no picture in this encounter.</source>
        <translation>此次就诊中没有图片。</translation>
    </message>
    <message>
        <source>Looking for words in the picture…</source>
        <translation>正在查找图片中的文字…</translation>
    </message>
    <message>
        <source>Looked at {some} of {all} frames; what was found is blacked out in all of them.</source>
        <translation>已查看 {all} 帧中的 {some} 帧；找到的文字会在所有帧中涂黑。</translation>
    </message>
    <message>
        <source>Words can be missed. A copy of a film is this one still, without its sound.</source>
        <translation>可能会漏掉文字。视频的副本只是这一幅画面，不含声音。</translation>
    </message>
</context>
<context>
    <name>PicturePane</name>
    <message>
        <source>Picture {label}</source>
        <translation>图像 {label}</translation>
    </message>
    <message>
        <source>Orange: where the answer hangs on the picture. It shows what the model used, not a finding.</source>
        <translation>橙色：回答所依据的图片部位。这表示模型用了哪里，并非检查发现。</translation>
    </message>
</context>
<context>
    <name>PictureSheet</name>
    <message>
        <source>Save a marked picture as DICOM</source>
        <translation>将带标记的图像另存为 DICOM</translation>
    </message>
    <message>
        <source>Not for primary diagnosis. The files leave the encrypted record and are not encrypted themselves.</source>
        <translation>不用于主要诊断。文件离开加密病历后自身不再加密。</translation>
    </message>
    <message>
        <source>For</source>
        <translation>用于</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Patient&apos;s name, only if the files shall carry it</source>
        <translation>患者姓名（仅当文件需要包含时填写）</translation>
    </message>
    <message>
        <source>Patient&apos;s number, only if the files shall carry it</source>
        <translation>患者编号（仅当文件需要包含时填写）</translation>
    </message>
    <message>
        <source>Nothing in the picture itself tells who it is: no name, no number, no face</source>
        <translation>图像本身不会透露患者身份：没有姓名、编号或面部</translation>
    </message>
    <message>
        <source>Everything that is in the files</source>
        <translation>文件中的全部内容</translation>
    </message>
    <message>
        <source>I have looked at the picture and the text as they leave this record</source>
        <translation>我已查看将离开病历的图像和文字</translation>
    </message>
    <message>
        <source>It was not searched for words. Look at it yourself, and drag to black out a part of it.</source>
        <translation>未能在其中查找文字。请您自己查看，并拖动以涂黑其中一部分。</translation>
    </message>
    <message>
        <source>Looking for words in the picture…</source>
        <translation>正在图片中查找文字…</translation>
    </message>
    <message>
        <source>Save the files…</source>
        <translation>保存文件…</translation>
    </message>
    <message>
        <source>No words were found in the picture.</source>
        <translation>未在图片中找到文字。</translation>
    </message>
    <message>
        <source>The files tell nothing of who it is, if the picture itself does not: look at it.</source>
        <translation>如果图像本身不透露身份，文件也不会透露：请查看图像。</translation>
    </message>
    <message>
        <source>The files can tell who it is.</source>
        <translation>文件可能透露患者身份。</translation>
    </message>
</context>
<context>
    <name>Pictures</name>
    <message>
        <source>This picture</source>
        <translation>此图像</translation>
    </message>
    <message>
        <source>{name} is missing or empty. Copy it again from where it came.</source>
        <translation>{name} 缺失或为空。请从来源处重新复制。</translation>
    </message>
    <message>
        <source>{name} is too large to be opened safely. Nothing was read; save it smaller and try again.</source>
        <translation>{name} 过大，无法安全打开。未读取任何内容；请缩小后重试。</translation>
    </message>
    <message>
        <source>{name} is a DICOM object without a picture. Choose an image of the series.</source>
        <translation>{name} 是不含图像的 DICOM 对象。请选择序列中的图像。</translation>
    </message>
    <message>
        <source>{name} is damaged or of a kind that is not known here. Copy it again, or export it uncompressed.</source>
        <translation>{name} 已损坏或类型未知。请重新复制，或以未压缩方式导出。</translation>
    </message>
    <message>
        <source>{name} needs more memory than is allowed. Nothing was kept; save it smaller and try again.</source>
        <translation>{name} 所需内存超过限制。未保留任何内容；请缩小后重试。</translation>
    </message>
    <message>
        <source>The disk has no room to unpack this series. Free some space and try again.</source>
        <translation>磁盘空间不足，无法解开此序列。请释放空间后重试。</translation>
    </message>
    <message>
        <source>None of these files holds a picture that can be shown. Choose other files.</source>
        <translation>这些文件均不含可显示的图像。请选择其他文件。</translation>
    </message>
    <message>
        <source>{name} differs in size from the rest of its series. Open it by itself.</source>
        <translation>{name} 与序列其余图像尺寸不同。请单独打开。</translation>
    </message>
    <message>
        <source>{name} took too long to read and was given up. It may be damaged; copy it again.</source>
        <translation>{name} 读取时间过长，已放弃。文件可能已损坏，请重新复制。</translation>
    </message>
    <message>
        <source>{name} made the picture reader stop. Nothing else was touched; leave this file out.</source>
        <translation>{name} 使图像读取程序停止。其他内容未受影响；请勿使用此文件。</translation>
    </message>
    <message>
        <source>{name} holds no pictures that can be read. Only its sound was attached.</source>
        <translation>{name} 中没有可以读取的画面，只附加了它的声音。</translation>
    </message>
    <message>
        <source>The pictures of {name} are too large or too long to be opened safely. Only its sound was attached.</source>
        <translation>{name} 的画面过大或过长，无法安全打开，只附加了它的声音。</translation>
    </message>
</context>
<context>
    <name>Playing</name>
    <message>
        <source>This machine has no sound output. Connect headphones or a loudspeaker and try again.</source>
        <translation>本机没有声音输出设备。请连接耳机或扬声器后重试。</translation>
    </message>
    <message>
        <source>The recording cannot be played. Its words and its file are kept.</source>
        <translation>录音无法播放。其文字和文件均已保留。</translation>
    </message>
</context>
<context>
    <name>QuestionCard</name>
    <message>
        <source>You asked at {0}</source>
        <translation>您于 {0} 提问</translation>
    </message>
</context>
<context>
    <name>QuestionView</name>
    <message>
        <source>Question {0} of {1}</source>
        <translation>第 {0} 题，共 {1} 题</translation>
    </message>
    <message>
        <source>A clearer hint</source>
        <translation>更明确的提示</translation>
    </message>
    <message>
        <source>A hint</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Next question</source>
        <translation>下一题</translation>
    </message>
    <message>
        <source>See how it went</source>
        <translation>查看本轮情况</translation>
    </message>
    <message>
        <source>How far this round is</source>
        <translation>本轮进度</translation>
    </message>
    <message>
        <source>Type the answer, or think it</source>
        <translation>输入答案，或在心里作答</translation>
    </message>
    <message>
        <source>Your answer</source>
        <translation>您的答案</translation>
    </message>
    <message>
        <source>Show the answer</source>
        <translation>显示答案</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>到此为止</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Encounters</source>
        <translation>接诊记录</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>ReadingsView</name>
    <message>
        <source>They differ in {0}</source>
        <translation>不同之处：{0}</translation>
    </message>
    <message>
        <source>First reading</source>
        <translation>第一次识别</translation>
    </message>
    <message>
        <source>Second reading</source>
        <translation>第二次识别</translation>
    </message>
    <message>
        <source>Nothing was heard.</source>
        <translation>没有识别出内容。</translation>
    </message>
</context>
<context>
    <name>Record</name>
    <message>
        <source>The disk is full, so this could not be saved. Nothing is lost while this window stays open: free some space, then save again.</source>
        <translation>磁盘已满，未能保存。窗口保持打开期间不会丢失任何内容：请释放一些空间，然后再次保存。</translation>
    </message>
    <message>
        <source>The folder of encounters cannot be written. Nothing is lost while this window stays open: make the folder writable, then save again.</source>
        <translation>无法写入就诊文件夹。窗口保持打开期间不会丢失任何内容：请使该文件夹可写，然后再次保存。</translation>
    </message>
    <message>
        <source>The disk reports a fault ({0}). Nothing is lost while this window stays open: check the disk, then save again.</source>
        <translation>磁盘报告故障（{0}）。窗口保持打开期间不会丢失任何内容：请检查磁盘，然后再次保存。</translation>
    </message>
    <message>
        <source>This encounter is not in the record any more. Choose another one from the list.</source>
        <translation>此就诊已不在记录中。请从列表中选择其他就诊。</translation>
    </message>
    <message>
        <source>There is no such file in the record. Nothing was changed.</source>
        <translation>记录中没有此文件。未作任何更改。</translation>
    </message>
    <message>
        <source>This encounter&apos;s file is damaged ({0}). It is kept as it is; restore it from a backup if you have one.</source>
        <translation>此就诊的文件已损坏（{0}）。文件将保持原样；如有备份，请从备份恢复。</translation>
    </message>
    <message>
        <source>This encounter was written by a newer version of Bedside. It is kept as it is; update Bedside to open it.</source>
        <translation>此就诊由较新版本的 Bedside 写入。文件将保持原样；请更新 Bedside 后打开。</translation>
    </message>
    <message>
        <source>This encounter&apos;s words are missing from its folder. Its files are kept; restore it from a backup if you have one.</source>
        <translation>此就诊的文字不在其文件夹中。其他文件已保留；如有备份，请从备份恢复。</translation>
    </message>
    <message>
        <source>This encounter cannot be read ({0}). It is kept as it is; check the disk.</source>
        <translation>无法读取此就诊（{0}）。文件将保持原样；请检查磁盘。</translation>
    </message>
    <message>
        <source>{0} cannot be opened ({1}). Nothing was added; check the file and try again.</source>
        <translation>无法打开 {0}（{1}）。未添加任何内容；请检查文件后重试。</translation>
    </message>
    <message>
        <source>{0} is empty. Nothing was added; copy it again from where it came.</source>
        <translation>{0} 是空文件。未添加任何内容；请从来源重新复制。</translation>
    </message>
    <message>
        <source>{0} is no picture, film or recording that Bedside can read. Nothing was added.</source>
        <translation>{0} 不是 Bedside 可读取的图片、影像或录音。未添加任何内容。</translation>
    </message>
    <message>
        <source>There is no picture in the folder {0}. Nothing was added.</source>
        <translation>文件夹 {0} 中没有图片。未添加任何内容。</translation>
    </message>
    <message>
        <source>The folder {0} holds more than {1} files. Choose the folder of one series.</source>
        <translation>文件夹 {0} 中的文件超过 {1} 个。请选择单个序列的文件夹。</translation>
    </message>
    <message>
        <source>More than {0} DICOM files were chosen together. Nothing was added; choose those of one series.</source>
        <translation>同时选择的 DICOM 文件超过 {0} 个。未添加任何内容，请只选择同一序列的文件。</translation>
    </message>
    <message>
        <source>The picture from the clipboard could not be saved. Free some space on the disk, then paste again.</source>
        <translation>未能保存剪贴板中的图片。请释放一些磁盘空间，然后再次粘贴。</translation>
    </message>
    <message>
        <source>Bedside is locked. Nothing was changed: unlock it, then try again.</source>
        <translation>Bedside 已锁定。未作任何更改：请解锁后重试。</translation>
    </message>
    <message>
        <source>There is no vault in this folder, or its key file is gone. Nothing was changed: choose another folder, or restore the key file from a backup.</source>
        <translation>此文件夹中没有保险库，或其密钥文件已不存在。未作任何更改：请选择其他文件夹，或从备份恢复密钥文件。</translation>
    </message>
    <message>
        <source>There are files in the folder of the new vault already. Nothing was changed: choose an empty folder.</source>
        <translation>新保险库的文件夹中已有文件。未作任何更改：请选择空文件夹。</translation>
    </message>
    <message>
        <source>This vault is open in another Bedside. Nothing was changed: close it there, then try again.</source>
        <translation>此保险库已在另一个 Bedside 中打开。未作任何更改：请先在那里关闭，然后重试。</translation>
    </message>
    <message>
        <source>This vault was written by a newer version of Bedside. It is kept as it is: update Bedside to open it.</source>
        <translation>此保险库由较新版本的 Bedside 写入。内容将保持原样：请更新 Bedside 后打开。</translation>
    </message>
    <message>
        <source>The vault cannot be read ({0}). It is kept as it is: check the disk and whose folder it is.</source>
        <translation>无法读取保险库（{0}）。内容将保持原样：请检查磁盘以及文件夹的所有者。</translation>
    </message>
    <message>
        <source>The vault&apos;s key file is damaged. The encounters are kept as they are: restore the key file from a backup to open them.</source>
        <translation>保险库的密钥文件已损坏。就诊内容保持原样：请从备份恢复密钥文件以打开它们。</translation>
    </message>
    <message>
        <source>The passphrase does not open this vault. Nothing was changed: try it again, or use the printed recovery key.</source>
        <translation>此口令无法打开保险库。未作任何更改：请重试，或使用打印的恢复密钥。</translation>
    </message>
    <message>
        <source>This system has no store of secrets that Bedside uses (Keychain, Credential Locker, Secret Service). Nothing was changed: use the passphrase.</source>
        <translation>此系统没有 Bedside 可用的密钥库（钥匙串、凭据管理器、Secret Service）。未作任何更改：请使用口令。</translation>
    </message>
    <message>
        <source>The system&apos;s store of secrets does not answer ({0}). Nothing was changed: use the passphrase, or sign in to the system anew and try again.</source>
        <translation>系统的密钥库没有响应（{0}）。未作任何更改：请使用口令，或重新登录系统后再试。</translation>
    </message>
    <message>
        <source>The system&apos;s store of secrets does not hold what opens this record any more. The record is safe: use the passphrase, then switch this on again in the settings.</source>
        <translation>系统的密钥库中已没有能打开此记录的钥匙。记录是安全的：请使用口令，然后在设置中重新开启。</translation>
    </message>
    <message>
        <source>A passphrase needs at least {0} characters. Nothing was changed: take several words.</source>
        <translation>口令至少需要 {0} 个字符。未作任何更改：请使用多个词语。</translation>
    </message>
    <message>
        <source>This is not how a recovery key reads, so something is mistyped. Nothing was changed: compare it with the printed one, group by group.</source>
        <translation>恢复密钥的格式不符，输入有误。未作任何更改：请与打印的密钥逐组核对。</translation>
    </message>
    <message>
        <source>This recovery key does not open this vault. Nothing was changed: look for the one that was printed last for it.</source>
        <translation>此恢复密钥无法打开这个保险库。未作任何更改：请查找为它最后打印的那一份。</translation>
    </message>
    <message>
        <source>A vault keeps at least one passphrase and one recovery key. Nothing was changed: add another one before you remove this one.</source>
        <translation>保险库至少保留一个口令和一个恢复密钥。未作任何更改：请先添加另一个，再移除这一个。</translation>
    </message>
    <message>
        <source>A vault can be opened by at most {0} keys. Nothing was changed: remove one before you add another.</source>
        <translation>保险库最多可由 {0} 个密钥打开。未作任何更改：请先移除一个，再添加新的。</translation>
    </message>
    <message>
        <source>There is too little memory to check the passphrase: {0} MB are needed. Nothing was changed: close other programs, then try again.</source>
        <translation>内存不足，无法核对口令：需要 {0} MB。未作任何更改：请关闭其他程序，然后重试。</translation>
    </message>
    <message>
        <source>The vault&apos;s database is damaged ({0}). It is kept as it is: restore it from a backup.</source>
        <translation>保险库的数据库已损坏（{0}）。内容将保持原样：请从备份恢复。</translation>
    </message>
    <message>
        <source>Entry {0} of the audit trail is not what was written: somebody changed or exchanged entries. The record can be read, nothing is written: export the trail, restore a backup, or accept it as it is.</source>
        <translation>审计记录的第 {0} 条与写入时不同：有人更改或调换了条目。病历可以阅读，但不再写入：请导出审计记录、恢复备份，或按现状接受。</translation>
    </message>
    <message>
        <source>Entry {0} of the audit trail is missing: somebody removed entries. The record can be read, nothing is written: export the trail, restore a backup, or accept it as it is.</source>
        <translation>审计记录的第 {0} 条缺失：有人删除了条目。病历可以阅读，但不再写入：请导出审计记录、恢复备份，或按现状接受。</translation>
    </message>
    <message>
        <source>The last {0} entries of the audit trail are missing after entry {1}: somebody cut them off, or an older copy of the database was put back. The record can be read, nothing is written: restore the newest backup, or accept it as it is.</source>
        <translation>审计记录在第 {1} 条之后缺失最后 {0} 条：有人将其截去，或放回了较旧的数据库副本。病历可以阅读，但不再写入：请恢复最新的备份，或按现状接受。</translation>
    </message>
    <message>
        <source>Entry {0} of the audit trail is another one than was noted outside the database: another copy of the database was put in its place. The record can be read, nothing is written: restore the newest backup, or accept it as it is.</source>
        <translation>审计记录的第 {0} 条与数据库之外记下的不是同一条：数据库被换成了另一份副本。病历可以阅读，但不再写入：请恢复最新的备份，或按现状接受。</translation>
    </message>
    <message>
        <source>The note of where the audit trail ends is missing or was changed, so entries could be missing unseen. The record can be read, nothing is written: restore a backup, or accept it as it is.</source>
        <translation>记下审计记录结尾的文件缺失或被更改，因此可能有条目缺失而未被发现。病历可以阅读，但不再写入：请恢复备份，或按现状接受。</translation>
    </message>
    <message>
        <source>This record is older than the one that was open here last: an older copy of the whole folder was put back. The record can be read, nothing is written: restore the newest backup, or accept it as it is.</source>
        <translation>本记录比上次在此打开的记录更旧：有人放回了整个文件夹的旧副本。记录可以阅读，但不会写入任何内容：请恢复最新的备份，或按现状接受它。</translation>
    </message>
    <message>
        <source>{0} is there already. Nothing was written: choose another name.</source>
        <translation>{0} 已经存在。没有写入任何内容：请换一个名称。</translation>
    </message>
    <message>
        <source>The passphrase cannot be asked for, since this is no terminal. Nothing was changed: hand it over with --passphrase-fd.</source>
        <translation>这里不是终端，无法询问口令。没有任何改动：请用 --passphrase-fd 传入口令。</translation>
    </message>
    <message>
        <source>The folder for backups is not there ({0}). The record is safe and nothing was changed: connect its disk, or choose another folder in the settings.</source>
        <translation>备份文件夹不在（{0}）。记录是安全的，没有任何改动：请连接它所在的磁盘，或在设置中另选文件夹。</translation>
    </message>
    <message>
        <source>No backup could be made ({0}). The record is safe and earlier backups are kept: free space on the disk for backups or choose another one, then back up again.</source>
        <translation>无法备份（{0}）。记录是安全的，较早的备份都保留着：请在备份磁盘上腾出空间或另选磁盘，然后再备份一次。</translation>
    </message>
    <message>
        <source>The backup {0} is damaged ({1}). The record itself is untouched: back up again, on another disk if this one fails.</source>
        <translation>备份 {0} 已损坏（{1}）。记录本身没有受影响：请再备份一次；如果这块磁盘有故障，请换一块。</translation>
    </message>
    <message>
        <source>There is no backup {0} in this folder. Nothing was changed: choose one from the list of backups.</source>
        <translation>此文件夹中没有备份 {0}。没有任何改动：请从备份列表中选择。</translation>
    </message>
    <message>
        <source>The backup was stopped, because the record was locked. It is made the next time.</source>
        <translation>由于记录已锁定，备份已停止。下次会再进行。</translation>
    </message>
    <message>
        <source>{0} is damaged ({1}). The words of the encounter are safe and the file is kept as it is: restore it from a backup if you have one.</source>
        <translation>{0} 已损坏（{1}）。就诊的文字内容安全，文件将保持原样：如有备份，请从备份恢复。</translation>
    </message>
    <message>
        <source>The file would not be valid FHIR {0} (at {1}), which is a fault of Bedside. Nothing was written: choose another form, and report this.</source>
        <translation>该文件不是有效的 FHIR {0}（位于 {1}），这是 Bedside 的错误。没有写入任何内容：请选择另一种格式，并报告此问题。</translation>
    </message>
    <message>
        <source>The file would not be valid DICOM ({0}), which is a fault of Bedside. Nothing was written: please report this.</source>
        <translation>该文件不是有效的 DICOM（{0}），这是 Bedside 的错误。没有写入任何内容：请报告此问题。</translation>
    </message>
    <message>
        <source>An encounter could not be moved into the vault ({0}). It stays where it is, whole and not encrypted: look at it there.</source>
        <translation>有一次就诊未能移入保险库（{0}）。它完整地留在原处，且未加密：请在那里查看。</translation>
    </message>
    <message>
        <source>Something went wrong inside Bedside. What was saved is safe: try again, and start Bedside anew if it happens again.</source>
        <translation>Bedside 内部出错。已保存的内容是安全的：请重试，若再次出现请重新启动 Bedside。</translation>
    </message>
    <message>
        <source>You said earlier that these two encounters are of different patients. Nothing was changed: take one of them out first, then choose again.</source>
        <translation>您先前已说明这两次就诊属于不同患者。未作任何更改：请先将其中一次移出，再重新选择。</translation>
    </message>
    <message>
        <source>The sample encounter is of no patient. Nothing was changed: choose another encounter.</source>
        <translation>示例接诊不属于任何患者。未作任何更改：请选择其他就诊。</translation>
    </message>
    <message>
        <source>{0} is missing or empty. Nothing was imported: copy it again from where it came.</source>
        <translation>{0} 缺失或为空。没有导入任何内容：请从来源重新复制。</translation>
    </message>
    <message>
        <source>{0} holds more than is read at once. Nothing was imported: ask for a smaller file, such as that of one visit.</source>
        <translation>{0} 的内容超过一次可读取的量。没有导入任何内容：请索取较小的文件，例如一次就诊的文件。</translation>
    </message>
    <message>
        <source>{0} is no FHIR Patient or bundle in JSON, or it is damaged. Nothing was imported: ask for FHIR R4 or R5 as JSON.</source>
        <translation>{0} 不是 JSON 格式的 FHIR Patient 或 Bundle，或已损坏。没有导入任何内容：请索取 JSON 格式的 FHIR R4 或 R5。</translation>
    </message>
    <message>
        <source>{0} holds nothing that Bedside can read as text. Nothing was imported.</source>
        <translation>{0} 中没有 Bedside 能作为文字读取的内容。没有导入任何内容。</translation>
    </message>
    <message>
        <source>{0} took too long to read. Nothing was imported: it may be damaged.</source>
        <translation>{0} 读取时间过长。没有导入任何内容：文件可能已损坏。</translation>
    </message>
    <message>
        <source>What you learned so far cannot be read ({0}: {1}). Nothing was changed: move that file away to begin anew.</source>
        <translation>无法读取您此前的学习记录（{0}：{1}）。没有做任何更改：移走该文件即可重新开始。</translation>
    </message>
    <message>
        <source>A signed note stays as it is. Nothing was changed: write an addendum to correct it.</source>
        <translation>已签署的病历保持原样。没有任何改动：如需更正，请写补充记录。</translation>
    </message>
    <message>
        <source>There is nothing to sign in this draft yet. Nothing was changed: finish writing it, then sign.</source>
        <translation>此草稿中还没有可签署的内容。没有任何改动：请先写完，再签署。</translation>
    </message>
    <message>
        <source>The note is not signed: the double check still has open lines. Tick or change each of them, then sign.</source>
        <translation>病历未签署：复核中还有未决定的行。请逐行勾选或修改，然后签署。</translation>
    </message>
    <message>
        <source>The note is not signed: a signature needs your name. Type it, then sign.</source>
        <translation>病历未签署：签署需要您的姓名。请输入姓名，然后签署。</translation>
    </message>
    <message>
        <source>The sound of this recording was erased after its note was signed, as you had set. Its words and the signed note are kept.</source>
        <translation>此录音的声音已按您的设置在病历签署后清除。文字和已签署的病历仍保留。</translation>
    </message>
</context>
<context>
    <name>RecoveryKey</name>
    <message>
        <source>Recovery key</source>
        <translation>恢复密钥</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>打印…</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>另存为文件…</translation>
    </message>
    <message>
        <source>Now type its last four characters from your note or print</source>
        <translation>现在请对照您的笔记或打印件，输入最后四个字符</translation>
    </message>
    <message>
        <source>Copied. Put it where only you get at it, not on this machine.</source>
        <translation>已复制。请放在只有您能拿到的地方，不要放在这台电脑上。</translation>
    </message>
    <message>
        <source>Save the recovery key</source>
        <translation>保存恢复密钥</translation>
    </message>
    <message>
        <source>Bedside recovery key.txt</source>
        <translation>Bedside 恢复密钥.txt</translation>
    </message>
    <message>
        <source>It could not be saved ({reason}). Choose another folder, print it or write it down.</source>
        <translation>无法保存（{reason}）。请选择其他文件夹，或打印、抄写下来。</translation>
    </message>
    <message>
        <source>Saved. Whoever has this file and this machine reads everything: keep them apart.</source>
        <translation>已保存。同时拥有此文件和这台电脑的人可以读取一切：请分开存放。</translation>
    </message>
    <message>
        <source>Bedside recovery key</source>
        <translation>Bedside 恢复密钥</translation>
    </message>
    <message>
        <source>Made on {day}. It opens the encounters of this machine when the passphrase is lost.</source>
        <translation>生成于 {day}。口令遗失时，可用它打开这台电脑上的接诊。</translation>
    </message>
    <message>
        <source>Keep it in a locked place, away from the machine. There is no other copy of it.</source>
        <translation>请锁好并与电脑分开存放。没有其他副本。</translation>
    </message>
</context>
<context>
    <name>Sample</name>
    <message>
        <source>Sample: a cough for three days</source>
        <translation>示例：咳嗽三天</translation>
    </message>
</context>
<context>
    <name>SectionView</name>
    <message>
        <source>Nothing was said about this.</source>
        <translation>没有谈到这一点。</translation>
    </message>
</context>
<context>
    <name>SelfTestSection</name>
    <message>
        <source>Does it hear me well?</source>
        <translation>它能听清我吗？</translation>
    </message>
    <message>
        <source>Use the sample recording</source>
        <translation>使用示例录音</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The passage to read aloud</source>
        <translation>朗读段落</translation>
    </message>
    <message>
        <source>Recognising</source>
        <translation>正在识别</translation>
    </message>
    <message>
        <source>Level of the microphone</source>
        <translation>麦克风电平</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>I have read it</source>
        <translation>我已读完</translation>
    </message>
    <message>
        <source>Read it aloud</source>
        <translation>开始朗读</translation>
    </message>
    <message>
        <source>Read the passage aloud as you would dictate at the bedside.</source>
        <translation>请像在床边口述那样朗读这段文字。</translation>
    </message>
    <message>
        <source>The words are being recognised…</source>
        <translation>正在识别文字…</translation>
    </message>
    <message>
        <source>Marked words were not heard as they are written.</source>
        <translation>标出的词与原文不一致。</translation>
    </message>
    <message>
        <source>The microphone is not free or not there. The sample recording tests the rest.</source>
        <translation>麦克风被占用或不存在。可用示例录音测试其余部分。</translation>
    </message>
    <message>
        <source>Read this passage aloud. It is recorded for this test alone and not kept.</source>
        <translation>请朗读这段文字。录音仅用于本次测试，不会保留。</translation>
    </message>
    <message>
        <source>Nothing could be recorded. See what is missing above, or use the sample recording.</source>
        <translation>无法录音。请查看上方缺少的内容，或使用示例录音。</translation>
    </message>
    <message>
        <source>{errors} of {words} words went wrong (word error rate {rate} %).</source>
        <translation>{words} 个词中有 {errors} 个出错（词错误率 {rate}%）。</translation>
    </message>
    <message>
        <source>All words were there {delay} s after the last one was spoken.</source>
        <translation>最后一个词说完后 {delay} 秒，文字全部出现。</translation>
    </message>
    <message>
        <source>The recording was recognised in {delay} s.</source>
        <translation>录音在 {delay} 秒内识别完成。</translation>
    </message>
    <message>
        <source>The level is good.</source>
        <translation>音量合适。</translation>
    </message>
    <message>
        <source>It is quiet: come nearer, or raise the microphone&apos;s level in the system.</source>
        <translation>音量偏低：请靠近，或在系统中调高麦克风音量。</translation>
    </message>
    <message>
        <source>It is too loud: move away a little, or lower the microphone&apos;s level.</source>
        <translation>音量过大：请稍离远些，或调低麦克风音量。</translation>
    </message>
    <message>
        <source>“{expected}” was not heard</source>
        <translation>未听到“{expected}”</translation>
    </message>
    <message>
        <source>“{heard}” was heard and not said</source>
        <translation>听到了未说的“{heard}”</translation>
    </message>
    <message>
        <source>“{expected}” was heard as “{heard}”</source>
        <translation>“{expected}”被听成“{heard}”</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>另有 %n 处</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SentenceRow</name>
    <message>
        <source>Opens the sources of this sentence</source>
        <translation>打开本句的来源</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language of the window. What is spoken and answered may be in another one.</source>
        <translation>窗口的语言。口述和回答可以使用其他语言。</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>As the system also follows its wish for high contrast.</source>
        <translation>“跟随系统”也会遵循系统的高对比度设置。</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>All texts of the window, from 80 to 200 per cent.</source>
        <translation>窗口中的所有文字，80% 至 200%。</translation>
    </message>
    <message>
        <source>Spoken language</source>
        <translation>口述语言</translation>
    </message>
    <message>
        <source>Naming it is surer than detecting it, above all for short dictations.</source>
        <translation>指定语言比自动检测更可靠，短口述尤其如此。</translation>
    </message>
    <message>
        <source>Detected</source>
        <translation>自动检测</translation>
    </message>
    <message>
        <source>Notes are written as</source>
        <translation>病历的书写格式</translation>
    </message>
    <message>
        <source>Another form can be chosen on each note.</source>
        <translation>每份病历也可以另选格式。</translation>
    </message>
    <message>
        <source>Several languages in one dictation</source>
        <translation>一次口述中有多种语言</translation>
    </message>
    <message>
        <source>The language of each sentence is detected, and what is not English is shown with an English translation by the recogniser. It can be wrong: it replaces no interpreter.</source>
        <translation>逐句识别语言；非英语内容附上识别器给出的英文译文。译文可能有误，不能代替口译员。</translation>
    </message>
    <message>
        <source>Doctor and patient are told apart</source>
        <translation>区分医生和患者</translation>
    </message>
    <message>
        <source>By their voices, where two are heard. It is often wrong in short answers and where people speak at once: press the name beside the words to change it. No voice is kept, and where you dictate alone nobody is named.</source>
        <translation>听到两个人的声音时，按声音区分。回答很短或多人同时说话时常会出错：按下文字旁的名称即可更改。不会保存任何声纹；您独自口述时不标注说话人。</translation>
    </message>
    <message>
        <source>How speech is written</source>
        <translation>语音的书写方式</translation>
    </message>
    <message>
        <source>“One sixty over ninety” becomes 160/90 mmHg. Commands such as “new line” and “scratch that” are for dictating alone. What was said is always kept. English only.</source>
        <translation>“One sixty over ninety”写成 160/90 mmHg。“new line”“scratch that”等指令只用于独自口述。原话始终保留。仅限英语。</translation>
    </message>
    <message>
        <source>Word for word</source>
        <translation>逐字记录</translation>
    </message>
    <message>
        <source>With numbers and units as in a chart</source>
        <translation>数字和单位按病历写法</translation>
    </message>
    <message>
        <source>Also obeying spoken punctuation and commands</source>
        <translation>同时执行口述的标点和指令</translation>
    </message>
    <message>
        <source>Where the models run</source>
        <translation>模型运行于</translation>
    </message>
    <message>
        <source>The models are loaded anew when this is changed.</source>
        <translation>更改后模型会重新加载。</translation>
    </message>
    <message>
        <source>On the graphics processor if there is one</source>
        <translation>有图形处理器时使用图形处理器</translation>
    </message>
    <message>
        <source>On the processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>On the graphics processor</source>
        <translation>图形处理器</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答最大长度</translation>
    </message>
    <message>
        <source>In tokens; a token is about three quarters of a word.</source>
        <translation>以词元计；一个词元约为四分之三个英文单词。</translation>
    </message>
    <message>
        <source>Lock when nobody uses it</source>
        <translation>无人使用时锁定</translation>
    </message>
    <message>
        <source>A recording that runs goes on. Ctrl+L locks at once.</source>
        <translation>正在进行的录音会继续。按 Ctrl+L 立即锁定。</translation>
    </message>
    <message>
        <source>After a minute</source>
        <translation>1 分钟后</translation>
    </message>
    <message>
        <source>After 5 minutes</source>
        <translation>5 分钟后</translation>
    </message>
    <message>
        <source>After 15 minutes</source>
        <translation>15 分钟后</translation>
    </message>
    <message>
        <source>After an hour</source>
        <translation>1 小时后</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Empty the clipboard</source>
        <translation>清空剪贴板</translation>
    </message>
    <message>
        <source>Only where it still holds what was copied in Bedside.</source>
        <translation>仅当其中仍是从 Bedside 复制的内容时。</translation>
    </message>
    <message>
        <source>After 20 seconds</source>
        <translation>20 秒后</translation>
    </message>
    <message>
        <source>Look questions up in my library</source>
        <translation>提问时查阅我的资料库</translation>
    </message>
    <message>
        <source>SOAP note</source>
        <translation>SOAP 病历</translation>
    </message>
    <message>
        <source>Visit note</source>
        <translation>门诊病历</translation>
    </message>
    <message>
        <source>History and physical</source>
        <translation>病史与体格检查</translation>
    </message>
    <message>
        <source>Progress note</source>
        <translation>病程记录</translation>
    </message>
    <message>
        <source>Procedure note</source>
        <translation>操作记录</translation>
    </message>
    <message>
        <source>Referral letter</source>
        <translation>转诊信</translation>
    </message>
    <message>
        <source>Discharge summary</source>
        <translation>出院小结</translation>
    </message>
    <message>
        <source>Handout for the patient</source>
        <translation>患者说明单</translation>
    </message>
    <message>
        <source>Answers can then cite your documents, page by page.</source>
        <translation>回答即可引用您的文档，并注明页码。</translation>
    </message>
    <message>
        <source>Recordings of signed notes</source>
        <translation>已签署病历的录音</translation>
    </message>
    <message>
        <source>Nothing is erased before its note is signed. What is erased then is the sound, for good: it cannot be played or heard a second time any more. Its words and the signed note stay, and the trail tells of it. Backups made before still hold it.</source>
        <translation>病历签署之前不会清除任何内容。之后清除的是声音，且无法恢复：不能再播放，也不能再次识别。文字和已签署的病历仍保留，审计记录会记下此事。此前的备份中仍有该声音。</translation>
    </message>
    <message>
        <source>Kept always</source>
        <translation>始终保留</translation>
    </message>
    <message>
        <source>Erased 7 days after signing</source>
        <translation>签署 7 天后清除</translation>
    </message>
    <message>
        <source>Erased 30 days after signing</source>
        <translation>签署 30 天后清除</translation>
    </message>
    <message>
        <source>Erased 90 days after signing</source>
        <translation>签署 90 天后清除</translation>
    </message>
    <message>
        <source>Erased a year after signing</source>
        <translation>签署一年后清除</translation>
    </message>
    <message>
        <source>Back up by itself</source>
        <translation>自动备份</translation>
    </message>
    <message>
        <source>Encrypted as the record is, while it is open and something was changed. Of 7 days, 4 weeks and 12 months one each is kept.</source>
        <translation>与记录一样加密；在记录打开且有改动时进行。7 天、4 周和 12 个月各保留一份。</translation>
    </message>
    <message>
        <source>The settings could not be read, so Bedside starts with its own. Your encounters are untouched; the old file is kept as settings.damaged.json.</source>
        <translation>设置无法读取，Bedside 已使用默认设置。您的接诊记录未受影响；旧文件保存为 settings.damaged.json。</translation>
    </message>
    <message>
        <source>The settings cannot be written, so changes last until the window closes. Is the disk full or read-only?</source>
        <translation>设置无法写入，更改仅在窗口关闭前有效。磁盘是否已满或只读？</translation>
    </message>
    <message>
        <source>Language and looks</source>
        <translation>语言与外观</translation>
    </message>
    <message>
        <source>Speech and answers</source>
        <translation>语音与回答</translation>
    </message>
    <message>
        <source>Locking and privacy</source>
        <translation>锁定与隐私</translation>
    </message>
    <message>
        <source>Backups</source>
        <translation>备份</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Change the passphrase…</source>
        <translation>更改口令…</translation>
    </message>
    <message>
        <source>What was done with the record…</source>
        <translation>记录的操作日志…</translation>
    </message>
    <message>
        <source>My words…</source>
        <translation>我的词汇……</translation>
    </message>
    <message>
        <source>My note templates…</source>
        <translation>我的病历模板……</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Where everything is kept</source>
        <translation>数据存放位置</translation>
    </message>
    <message>
        <source>On this machine alone: encounters, models, settings.</source>
        <translation>仅在本机：接诊记录、模型、设置。</translation>
    </message>
</context>
<context>
    <name>ShortcutsSheet</name>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>List of shortcuts</source>
        <translation>快捷键列表</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SignPage</name>
    <message>
        <source>Your name, as it is to stand in the note</source>
        <translation>您的姓名，将写入病历</translation>
    </message>
    <message>
        <source>I have read this note and answer for it</source>
        <translation>我已阅读此病历，并对其负责</translation>
    </message>
    <message>
        <source>A signed note is not changed any more. Its hash goes into the audit trail, so that any change of it shows; a correction is an addendum. It is no qualified electronic signature.</source>
        <translation>已签署的病历不再改动。其哈希值写入审计记录，任何改动都会被发现；更正须写补充记录。这不是合格电子签名。</translation>
    </message>
    <message>
        <source>{0}: {1} lines, {2} of them in your own words.</source>
        <translation>{0}：共 {1} 行，其中 {2} 行是您自己的文字。</translation>
    </message>
</context>
<context>
    <name>SliceBar</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>层面</translation>
    </message>
</context>
<context>
    <name>SpeakerMark</name>
    <message>
        <source>You said so.</source>
        <translation>由您指定。</translation>
    </message>
    <message>
        <source>By the voice, so it can be wrong.</source>
        <translation>按声音判断，可能有误。</translation>
    </message>
    <message>
        <source>Press to change it to: {0}</source>
        <translation>按下可改为：{0}</translation>
    </message>
</context>
<context>
    <name>StartView</name>
    <message>
        <source>Questions are being looked for…</source>
        <translation>正在查找问题……</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Questions from the terminologies and my library</source>
        <translation>来自术语库和我的资料库的问题</translation>
    </message>
    <message>
        <source>Cases from my own encounters</source>
        <translation>来自我自己就诊记录的病例</translation>
    </message>
    <message>
        <source>About what? Empty is anything</source>
        <translation>关于什么？留空则不限</translation>
    </message>
    <message>
        <source>What the questions are about</source>
        <translation>问题的主题</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Stop looking</source>
        <translation>停止查找</translation>
    </message>
    <message>
        <source>Open the models page</source>
        <translation>打开模型页面</translation>
    </message>
    <message>
        <source>Terms, what to say to patients, codes, and gaps in your own documents. No question is written by a model, and each names its source.</source>
        <translation>术语、对患者的说法、编码，以及您自己文档中的填空。没有任何问题由模型编写，每一题都注明出处。</translation>
    </message>
    <message>
        <source>Your last note of an encounter, with its assessment hidden. Names and dates are taken out by rules, and rules miss some: show it to nobody who may not see the record.</source>
        <translation>某次就诊的最后一份病历，其评估部分被隐藏。姓名和日期由规则去除，但规则会有遗漏：请勿给无权查看病历的人看。</translation>
    </message>
    <message>
        <source>No encounter has a note whose assessment stands under its own heading and is due. Write a note first.</source>
        <translation>没有到期的就诊病历含有独立标题的评估部分。请先写一份病历。</translation>
    </message>
    <message>
        <source>Nothing was found about these words that is due. Try other words.</source>
        <translation>没有找到与这些词有关且到期的问题。请换其他词。</translation>
    </message>
    <message>
        <source>There is nothing to ask today. Fetch a terminology on the models page, or add documents to your library.</source>
        <translation>今天没有可问的问题。请在模型页面获取术语库，或向您的资料库添加文档。</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>For research and education. Not a medical device. Check every answer.</source>
        <translation>用于研究和教学，非医疗器械。请核对每一个回答。</translation>
    </message>
    <message>
        <source>Open the models page</source>
        <translation>打开模型页面</translation>
    </message>
    <message>
        <source>Start the models again</source>
        <translation>重新启动模型</translation>
    </message>
    <message>
        <source>Loading the models</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>The models stopped. Your encounters are safe.</source>
        <translation>模型已停止。您的接诊记录安全无损。</translation>
    </message>
    <message>
        <source>They are starting again.</source>
        <translation>正在重新启动。</translation>
    </message>
    <message>
        <source>Loading {model} …</source>
        <translation>正在加载 {model}…</translation>
    </message>
    <message>
        <source>The models are starting …</source>
        <translation>模型正在启动…</translation>
    </message>
    <message>
        <source>Working on this machine …</source>
        <translation>正在本机处理…</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>on the graphics processor</source>
        <translation>图形处理器</translation>
    </message>
    <message>
        <source>on the processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Ready: {decoder}, {where}</source>
        <translation>就绪：{decoder}，{where}</translation>
    </message>
    <message>
        <source>The models are loaded when they are needed.</source>
        <translation>模型将在需要时加载。</translation>
    </message>
</context>
<context>
    <name>SummaryModel</name>
    <message>
        <source>Damaged encounter</source>
        <translation>损坏的接诊</translation>
    </message>
</context>
<context>
    <name>SwitchControl</name>
    <message>
        <source>On</source>
        <translation>开启</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Which finding is this?</source>
        <translation>这是哪种表现？</translation>
    </message>
    <message>
        <source>How do you say this to a patient?</source>
        <translation>您会怎样对患者说？</translation>
    </message>
    <message>
        <source>Which code of {0} means this?</source>
        <translation>{0} 的哪个编码表示这个？</translation>
    </message>
    <message>
        <source>Which word is missing?</source>
        <translation>缺少哪个词？</translation>
    </message>
    <message>
        <source>What is your assessment, and what do you do?</source>
        <translation>您的评估是什么，您会怎么做？</translation>
    </message>
    <message>
        <source>People say: {0}</source>
        <translation>人们常说：{0}</translation>
    </message>
    <message>
        <source>Its letters: {0}</source>
        <translation>字母：{0}</translation>
    </message>
    <message>
        <source>It begins: {0}</source>
        <translation>开头是：{0}</translation>
    </message>
    <message>
        <source>It is one of these: {0}</source>
        <translation>是其中之一：{0}</translation>
    </message>
    <message>
        <source>This comes again tomorrow.</source>
        <translation>明天会再次出现。</translation>
    </message>
    <message>
        <source>This comes again in {0} days.</source>
        <translation>{0} 天后会再次出现。</translation>
    </message>
    <message>
        <source>Nothing that you learned before is due today.</source>
        <translation>今天没有到期的旧题。</translation>
    </message>
    <message>
        <source>1 question that you learned before is due today.</source>
        <translation>今天有 1 道旧题到期。</translation>
    </message>
    <message>
        <source>{0} questions that you learned before are due today.</source>
        <translation>今天有 {0} 道旧题到期。</translation>
    </message>
</context>
<context>
    <name>TeachingPage</name>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
</context>
<context>
    <name>TemplatesDialog</name>
    <message>
        <source>{0} (notes are written like this)</source>
        <translation>{0}（病历按此书写）</translation>
    </message>
    <message>
        <source>No longer use it</source>
        <translation>不再使用</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Notes as text ({kinds})</source>
        <translation>文本病历（{kinds}）</translation>
    </message>
    <message>
        <source>An example note</source>
        <translation>示例病历</translation>
    </message>
    <message>
        <source>My note templates</source>
        <translation>我的病历模板</translation>
    </message>
    <message>
        <source>Take an old note of yours as an example: its headings, in their order, become a template. What is written below them is not taken over.</source>
        <translation>以您的一份旧病历为例：其标题按原顺序成为模板，标题下的内容不会被采用。</translation>
    </message>
    <message>
        <source>There is none yet.</source>
        <translation>还没有。</translation>
    </message>
    <message>
        <source>Make one from an example note…</source>
        <translation>根据示例病历创建……</translation>
    </message>
    <message>
        <source>Use the form in the settings</source>
        <translation>使用设置中的格式</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Timeline of the encounter</source>
        <translation>接诊时间线</translation>
    </message>
    <message>
        <source>New text below</source>
        <translation>下方有新内容</translation>
    </message>
</context>
<context>
    <name>Trail</name>
    <message>
        <source>Trail begun</source>
        <translation>日志开始</translation>
    </message>
    <message>
        <source>Record opened</source>
        <translation>打开记录</translation>
    </message>
    <message>
        <source>Wrong passphrase</source>
        <translation>口令错误</translation>
    </message>
    <message>
        <source>Encounter begun</source>
        <translation>新建就诊</translation>
    </message>
    <message>
        <source>Encounter changed</source>
        <translation>修改就诊</translation>
    </message>
    <message>
        <source>Encounter deleted</source>
        <translation>删除就诊</translation>
    </message>
    <message>
        <source>Said to be the same patient</source>
        <translation>归为同一患者</translation>
    </message>
    <message>
        <source>Same patient taken back</source>
        <translation>撤销同一患者</translation>
    </message>
    <message>
        <source>Consent to a recording</source>
        <translation>录音知情同意</translation>
    </message>
    <message>
        <source>Recording begun</source>
        <translation>开始录音</translation>
    </message>
    <message>
        <source>Recording deleted</source>
        <translation>删除录音</translation>
    </message>
    <message>
        <source>Answer of a model</source>
        <translation>模型的回答</translation>
    </message>
    <message>
        <source>Draft written</source>
        <translation>撰写草稿</translation>
    </message>
    <message>
        <source>Note signed</source>
        <translation>病历已签署</translation>
    </message>
    <message>
        <source>Sound of a recording erased</source>
        <translation>录音的声音已清除</translation>
    </message>
    <message>
        <source>Encounter exported</source>
        <translation>导出就诊</translation>
    </message>
    <message>
        <source>Trail saved</source>
        <translation>保存日志</translation>
    </message>
    <message>
        <source>Backed up</source>
        <translation>已备份</translation>
    </message>
    <message>
        <source>Restored from a backup</source>
        <translation>从备份恢复</translation>
    </message>
    <message>
        <source>Opening by this computer&apos;s account switched on</source>
        <translation>已开启本机账户解锁</translation>
    </message>
    <message>
        <source>Opening by this computer&apos;s account switched off</source>
        <translation>已关闭本机账户解锁</translation>
    </message>
    <message>
        <source>New data key</source>
        <translation>更换数据密钥</translation>
    </message>
    <message>
        <source>Broken trail accepted</source>
        <translation>接受有缺损的日志</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>What</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>About</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Model and prompt</source>
        <translation>模型与提示</translation>
    </message>
    <message>
        <source>Consent: the patient agreed</source>
        <translation>知情同意：患者已同意</translation>
    </message>
    <message>
        <source>Consent: dictation without a patient</source>
        <translation>知情同意：医生单独口述，不涉及患者</translation>
    </message>
    <message>
        <source>Consent: the patient could not be asked</source>
        <translation>知情同意：无法征询患者</translation>
    </message>
    <message>
        <source>Consent: a recording was imported</source>
        <translation>知情同意：导入已有录音</translation>
    </message>
    <message>
        <source>Consent: withdrawn</source>
        <translation>知情同意：已撤回</translation>
    </message>
</context>
<context>
    <name>TrailSheet</name>
    <message>
        <source>What was done with the record</source>
        <translation>记录的操作日志</translation>
    </message>
    <message>
        <source>Which entries</source>
        <translation>显示哪些条目</translation>
    </message>
    <message>
        <source>All entries</source>
        <translation>所有条目</translation>
    </message>
    <message>
        <source>Search the entries</source>
        <translation>搜索条目</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Entries of the trail</source>
        <translation>日志条目</translation>
    </message>
    <message>
        <source>Check all of it</source>
        <translation>全部检查</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>另存为 CSV…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>另存为 CSV</translation>
    </message>
    <message>
        <source>Saved: {file}. It is not encrypted.</source>
        <translation>已保存：{file}。该文件没有加密。</translation>
    </message>
    <message>
        <source>The trail is being read …</source>
        <translation>正在读取日志…</translation>
    </message>
    <message>
        <source>The trail is whole, but encounters are not as they were written last: {count}. Restore them from a backup.</source>
        <translation>日志完整，但有 {count} 次就诊与最后写入时不同。请从备份中恢复。</translation>
    </message>
    <message>
        <source>The trail is whole: {count} entries.</source>
        <translation>日志完整：{count} 条。</translation>
    </message>
    <message>
        <source>The trail is whole: {count} entries. All of it was checked last {time}.</source>
        <translation>日志完整：{count} 条。最近一次全部检查：{time}。</translation>
    </message>
</context>
<context>
    <name>Trends</name>
    <message>
        <source>Blood pressure</source>
        <translation>血压</translation>
    </message>
    <message>
        <source>Heart rate</source>
        <translation>心率</translation>
    </message>
    <message>
        <source>Respiratory rate</source>
        <translation>呼吸频率</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>体温</translation>
    </message>
    <message>
        <source>Oxygen saturation</source>
        <translation>血氧饱和度</translation>
    </message>
    <message>
        <source>Body mass index</source>
        <translation>体重指数</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>体重</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>身高</translation>
    </message>
    <message>
        <source>Pain score</source>
        <translation>疼痛评分</translation>
    </message>
    <message>
        <source>Hemoglobin A1c</source>
        <translation>糖化血红蛋白</translation>
    </message>
    <message>
        <source>Hemoglobin</source>
        <translation>血红蛋白</translation>
    </message>
    <message>
        <source>Hematocrit</source>
        <translation>红细胞压积</translation>
    </message>
    <message>
        <source>White cell count</source>
        <translation>白细胞计数</translation>
    </message>
    <message>
        <source>Platelets</source>
        <translation>血小板</translation>
    </message>
    <message>
        <source>Glucose</source>
        <translation>血糖</translation>
    </message>
    <message>
        <source>Sodium</source>
        <translation>血钠</translation>
    </message>
    <message>
        <source>Potassium</source>
        <translation>血钾</translation>
    </message>
    <message>
        <source>Creatinine</source>
        <translation>肌酐</translation>
    </message>
    <message>
        <source>Urea nitrogen</source>
        <translation>尿素氮</translation>
    </message>
    <message>
        <source>GFR</source>
        <translation>肾小球滤过率</translation>
    </message>
    <message>
        <source>Total cholesterol</source>
        <translation>总胆固醇</translation>
    </message>
    <message>
        <source>LDL</source>
        <translation>低密度脂蛋白</translation>
    </message>
    <message>
        <source>HDL</source>
        <translation>高密度脂蛋白</translation>
    </message>
    <message>
        <source>Triglycerides</source>
        <translation>甘油三酯</translation>
    </message>
    <message>
        <source>TSH</source>
        <translation>促甲状腺激素</translation>
    </message>
    <message>
        <source>Troponin</source>
        <translation>肌钙蛋白</translation>
    </message>
    <message>
        <source>BNP</source>
        <translation>脑钠肽</translation>
    </message>
    <message>
        <source>D-dimer</source>
        <translation>D-二聚体</translation>
    </message>
    <message>
        <source>INR</source>
        <translation>国际标准化比值</translation>
    </message>
    <message>
        <source>ESR</source>
        <translation>血沉</translation>
    </message>
    <message>
        <source>CRP</source>
        <translation>C反应蛋白</translation>
    </message>
    <message>
        <source>PSA</source>
        <translation>前列腺特异性抗原</translation>
    </message>
    <message>
        <source>Ejection fraction</source>
        <translation>射血分数</translation>
    </message>
    <message>
        <source>Calcium</source>
        <translation>血钙</translation>
    </message>
    <message>
        <source>Lactate</source>
        <translation>乳酸</translation>
    </message>
    <message>
        <source>Albumin</source>
        <translation>白蛋白</translation>
    </message>
    <message>
        <source>Bilirubin</source>
        <translation>胆红素</translation>
    </message>
    <message>
        <source>AST</source>
        <translation>谷草转氨酶</translation>
    </message>
    <message>
        <source>ALT</source>
        <translation>谷丙转氨酶</translation>
    </message>
    <message>
        <source>Vitamin D</source>
        <translation>维生素D</translation>
    </message>
    <message>
        <source>Rheumatoid factor</source>
        <translation>类风湿因子</translation>
    </message>
    <message>
        <source>Uric acid</source>
        <translation>尿酸</translation>
    </message>
    <message>
        <source>somebody else&apos;s</source>
        <translation>属于他人</translation>
    </message>
    <message>
        <source>perhaps of another day</source>
        <translation>可能不是当日的数值</translation>
    </message>
    <message>
        <source>perhaps a goal, a range or a question</source>
        <translation>可能是目标、范围或提问</translation>
    </message>
    <message>
        <source>no unit said</source>
        <translation>未说明单位</translation>
    </message>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}，{1}</translation>
    </message>
    <message>
        <source>d MMM yyyy</source>
        <translation>yyyy年M月d日</translation>
    </message>
    <message>
        <source>d MMM yyyy HH:mm</source>
        <translation>yyyy年M月d日 HH:mm</translation>
    </message>
    <message>
        <source>{0} on {1}</source>
        <translation>{0}，{1}</translation>
    </message>
    <message>
        <source>{0} (said: {1})</source>
        <translation>{0}（原话：{1}）</translation>
    </message>
    <message>
        <source>{0}. {1} values: {2}</source>
        <translation>{0}。共 {1} 个数值：{2}</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
    <message>
        <source>{0} {1}, {2}: {3}</source>
        <translation>{0} {1}，{2}：{3}</translation>
    </message>
</context>
<context>
    <name>TrendsPanel</name>
    <message>
        <source>Not drawn</source>
        <translation>未绘制</translation>
    </message>
    <message>
        <source>Reading the encounters: {0} of {1}…</source>
        <translation>正在读取就诊：第 {0} 次，共 {1} 次…</translation>
    </message>
    <message>
        <source>Stopped. No value was read.</source>
        <translation>已停止。未读取任何数值。</translation>
    </message>
    <message>
        <source>Values of this patient over time</source>
        <translation>该患者的数值随时间的变化</translation>
    </message>
    <message>
        <source>Trends</source>
        <translation>趋势</translation>
    </message>
    <message>
        <source>Of the same patient, as you said: {0} more. {1}</source>
        <translation>您说过，同一位患者的就诊还有 {0} 次：{1}</translation>
    </message>
    <message>
        <source>Say which earlier encounter is of the same patient, and the values of both are shown over time. Bedside never guesses who a patient is.</source>
        <translation>请说明以前哪次就诊属于同一患者，即可按时间显示各次的数值。Bedside 从不猜测患者是谁。</translation>
    </message>
    <message>
        <source>Same patient as…</source>
        <translation>同一患者的就诊…</translation>
    </message>
    <message>
        <source>Take this encounter out</source>
        <translation>移出本次就诊</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close the trends</source>
        <translation>关闭趋势</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>Read the values again</source>
        <translation>重新读取数值</translation>
    </message>
    <message>
        <source>No measured value was recognised in these encounters. Rules miss what is paraphrased.</source>
        <translation>在这些就诊中未识别出任何测量值。规则会漏掉换一种说法的内容。</translation>
    </message>
    <message>
        <source>Found by rules in what was said and typed: check each value against its sentence. The scale of a chart goes from its lowest to its highest value; lines join values and say nothing between them. Where no unit was said, the usual one is shown.</source>
        <translation>由规则从所说和所输入的内容中找出：请对照原句核对每个数值。图的刻度从最低值到最高值；连线只连接各数值，不表示其间的变化。未说明单位时显示常用单位。</translation>
    </message>
    <message>
        <source>The rules read English: what was said in another language is missing here.</source>
        <translation>规则只识别英语：用其他语言所说的内容不在此处。</translation>
    </message>
</context>
<context>
    <name>UnlockPage</name>
    <message>
        <source>Bedside is locked</source>
        <translation>Bedside 已锁定</translation>
    </message>
    <message>
        <source>Bedside</source>
        <translation>Bedside</translation>
    </message>
    <message>
        <source>Recovery key, from your note or print</source>
        <translation>恢复密钥（见您的笔记或打印件）</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Unlock with this computer&apos;s account</source>
        <translation>用本机账户解锁</translation>
    </message>
    <message>
        <source>Use the passphrase instead</source>
        <translation>改用口令</translation>
    </message>
    <message>
        <source>Use the recovery key instead</source>
        <translation>改用恢复密钥</translation>
    </message>
    <message>
        <source>A recording goes on and is kept. Unlock Bedside to stop it.</source>
        <translation>录音仍在继续并会保留。解锁 Bedside 后可以停止。</translation>
    </message>
    <message>
        <source>The vault is being opened</source>
        <translation>正在打开保险库</translation>
    </message>
    <message>
        <source>Show what I type</source>
        <translation>显示输入的内容</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Try again in {seconds} s</source>
        <translation>{seconds} 秒后重试</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
</context>
<context>
    <name>ValueRow</name>
    <message>
        <source>Open the sentence</source>
        <translation>打开原句</translation>
    </message>
    <message>
        <source>Open the sentence of {0}</source>
        <translation>打开“{0}”的原句</translation>
    </message>
</context>
<context>
    <name>VaultStep</name>
    <message>
        <source>The vault is being made</source>
        <translation>正在创建保险库</translation>
    </message>
    <message>
        <source>The recovery key</source>
        <translation>恢复密钥</translation>
    </message>
    <message>
        <source>Your vault</source>
        <translation>您的保险库</translation>
    </message>
    <message>
        <source>What you dictate, attach and ask is kept encrypted on this machine. Only your passphrase opens it; Bedside asks for it at the start and after a lock.</source>
        <translation>您口述、附加和提问的内容均加密保存在这台电脑上。只有您的口令能打开；Bedside 在启动时和锁定后会要求输入。</translation>
    </message>
    <message>
        <source>One moment: opening it is made slow on purpose, so that nobody can try many passphrases.</source>
        <translation>请稍候：打开过程有意放慢，使任何人都无法大量尝试口令。</translation>
    </message>
    <message>
        <source>It opens the vault if you ever lose the passphrase, and is shown only now. Write it down, print it or save it on a stick, and keep it locked away from this machine. Without either, nobody can help.</source>
        <translation>如果口令遗失，可用它打开保险库；它只显示这一次。请抄写、打印或保存到 U 盘，并锁好、与这台电脑分开存放。两者都没有时，谁也无法帮忙。</translation>
    </message>
    <message>
        <source>Your vault is there, and its recovery key is noted.</source>
        <translation>保险库已创建，恢复密钥已记录。</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Lung</source>
        <translation>肺</translation>
    </message>
    <message>
        <source>Soft tissue</source>
        <translation>软组织</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>骨</translation>
    </message>
    <message>
        <source>Brain</source>
        <translation>脑</translation>
    </message>
    <message>
        <source>Abdomen</source>
        <translation>腹部</translation>
    </message>
    <message>
        <source>As stored</source>
        <translation>按原存储</translation>
    </message>
    <message>
        <source>Stored window {number}</source>
        <translation>存储的窗 {number}</translation>
    </message>
    <message>
        <source>By content</source>
        <translation>按内容</translation>
    </message>
    <message>
        <source>Full range</source>
        <translation>全部灰度</translation>
    </message>
    <message>
        <source>CT slice</source>
        <translation>CT 层面</translation>
    </message>
    <message>
        <source>Radiograph</source>
        <translation>X 线片</translation>
    </message>
    <message>
        <source>Mammogram</source>
        <translation>乳腺 X 线片</translation>
    </message>
    <message>
        <source>MRI slice</source>
        <translation>MRI 层面</translation>
    </message>
    <message>
        <source>Nuclear medicine picture</source>
        <translation>核医学图像</translation>
    </message>
    <message>
        <source>PET slice</source>
        <translation>PET 层面</translation>
    </message>
    <message>
        <source>Fluoroscopy picture</source>
        <translation>透视图像</translation>
    </message>
    <message>
        <source>Secondary capture</source>
        <translation>二次采集图像</translation>
    </message>
    <message>
        <source>Ultrasound picture</source>
        <translation>超声图像</translation>
    </message>
    <message>
        <source>Angiography picture</source>
        <translation>血管造影图像</translation>
    </message>
    <message>
        <source>DICOM picture</source>
        <translation>DICOM 图像</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Picture of a film</source>
        <translation>影片画面</translation>
    </message>
    <message>
        <source>at {time}</source>
        <translation>位于 {time}</translation>
    </message>
    <message>
        <source>{columns} × {rows} pixels</source>
        <translation>{columns} × {rows} 像素</translation>
    </message>
    <message>
        <source>shown at {share} % of its pixels</source>
        <translation>以 {share}% 的像素显示</translation>
    </message>
    <message>
        <source>slice {number} of {count}</source>
        <translation>层面 {number} / {count}</translation>
    </message>
    <message>
        <source>frame {number} of {count}</source>
        <translation>帧 {number} / {count}</translation>
    </message>
    <message>
        <source>window {width}, level {center}{unit}</source>
        <translation>窗宽 {width}，窗位 {center}{unit}</translation>
    </message>
    <message>
        <source>W {width}  L {center}{unit}</source>
        <translation>窗宽 {width}  窗位 {center}{unit}</translation>
    </message>
    <message>
        <source>window by the file&apos;s table</source>
        <translation>按文件内查找表</translation>
    </message>
    <message>
        <source>zoom {share} %</source>
        <translation>缩放 {share}%</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>已反色</translation>
    </message>
    <message>
        <source>{length} mm</source>
        <translation>{length} mm</translation>
    </message>
    <message>
        <source>{length} pixels (no scale known)</source>
        <translation>{length} 像素（比例未知）</translation>
    </message>
    <message>
        <source>{count} pictures of another series, size or direction are not shown here; open them by themselves.</source>
        <translation>有 {count} 幅图像属于其他序列、尺寸或方向，未在此显示；请单独打开。</translation>
    </message>
    <message>
        <source>{count} files hold no picture that can be read and were left out.</source>
        <translation>有 {count} 个文件不含可读图像，已略过。</translation>
    </message>
    <message>
        <source>Not for primary diagnosis. Marked with Bedside, for research and education.</source>
        <translation>不用于主要诊断。由 Bedside 标记，仅供研究和教学。</translation>
    </message>
</context>
<context>
    <name>ViewerPanel</name>
    <message>
        <source>For research and education only. Not for diagnosis.</source>
        <translation>仅供研究和教学，不用于诊断。</translation>
    </message>
</context>
<context>
    <name>ViewerToolBar</name>
    <message>
        <source>Close the picture</source>
        <translation>关闭图像</translation>
    </message>
</context>
<context>
    <name>WordsDialog</name>
    <message>
        <source>Every installed drug name</source>
        <translation>所有已安装的药品名称</translation>
    </message>
    <message>
        <source>My words</source>
        <translation>我的词汇</translation>
    </message>
    <message>
        <source>Names and terms that you say and that are written wrongly. They are recognised more readily; now and then one is written where another was said. The list lies on this machine unencrypted: add no patient&apos;s name.</source>
        <translation>您说出却常被写错的名称和术语。它们会更容易被识别；偶尔会在说的是另一个词时被误写。此列表未加密地保存在本机：请勿添加患者姓名。</translation>
    </message>
    <message>
        <source>The list is empty.</source>
        <translation>列表为空。</translation>
    </message>
    <message>
        <source>One word, or several with spaces</source>
        <translation>一个词，或用空格分隔的多个词</translation>
    </message>
    <message>
        <source>Words to add</source>
        <translation>要添加的词</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add all drug names</source>
        <translation>添加所有药品名称</translation>
    </message>
</context>
<context>
    <name>WorkerHost</name>
    <message>
        <source>The models were stopped before this was finished. Nothing is lost; try it again.</source>
        <translation>模型在完成前已停止。没有任何丢失，请重试。</translation>
    </message>
    <message>
        <source>This is too much for one question. Nothing was cut off; attach less and ask again.</source>
        <translation>单次提问内容过多。未截去任何内容；请减少附件后重新提问。</translation>
    </message>
    <message>
        <source>They stopped three times in a short while and stay off until you start them again.</source>
        <translation>模型短时间内停止了三次，将保持关闭，直到您重新启动。</translation>
    </message>
    <message>
        <source>The models ran out of memory and were stopped. Nothing you did is lost; close other programs or choose a smaller model, then try again.</source>
        <translation>模型因内存不足而停止。您的操作没有丢失；请关闭其他程序或选择较小的模型后重试。</translation>
    </message>
    <message>
        <source>The models stopped unexpectedly ({0}). Nothing you did is lost; try again.</source>
        <translation>模型意外停止（{0}）。您的操作没有丢失，请重试。</translation>
    </message>
    <message>
        <source>The models were ended from outside Bedside ({0}). Nothing you did is lost; try again.</source>
        <translation>模型被 Bedside 之外的程序或用户终止（{0}）。您的操作没有丢失，请重试。</translation>
    </message>
    <message>
        <source>The models no longer responded and were stopped. Nothing you did is lost; try again.</source>
        <translation>模型失去响应，已被停止。您的操作没有丢失，请重试。</translation>
    </message>
    <message>
        <source>The models sent something that cannot be understood and were stopped. Nothing you did is lost; try again, and reinstall Bedside if it happens again.</source>
        <translation>模型发出无法理解的内容，已被停止。您的操作没有丢失；请重试，若再次出现请重新安装 Bedside。</translation>
    </message>
    <message>
        <source>The models cannot be started. Nothing you did is lost; start Bedside again, and reinstall it if it happens again.</source>
        <translation>模型无法启动。您的操作没有丢失；请重新打开 Bedside，若再次出现请重新安装。</translation>
    </message>
    <message>
        <source>The models were started anew to stop a job that did not end. Nothing you did is lost; try again.</source>
        <translation>为停止未能结束的任务，模型已重新启动。您的操作没有丢失，请重试。</translation>
    </message>
</context>
<context>
    <name>WritingCard</name>
    <message>
        <source>{0}, draft of {1}</source>
        <translation>{0}，{1} 的草稿</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>正在书写…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>再试一次</translation>
    </message>
    <message>
        <source>Open the models page</source>
        <translation>打开模型页面</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>With sources</source>
        <translation>附来源</translation>
    </message>
    <message>
        <source>Write again</source>
        <translation>重新书写</translation>
    </message>
    <message>
        <source>Patient view</source>
        <translation>患者视图</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Edit and sign</source>
        <translation>编辑并签署</translation>
    </message>
    <message>
        <source>Edits</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>Addendum</source>
        <translation>补充记录</translation>
    </message>
    <message>
        <source>Edit, check and sign this note</source>
        <translation>编辑、复核并签署此病历</translation>
    </message>
    <message>
        <source>Show what was edited before it was signed</source>
        <translation>显示签署前的改动</translation>
    </message>
    <message>
        <source>Write an addendum to this signed note</source>
        <translation>为此已签署的病历写补充记录</translation>
    </message>
    <message>
        <source>Copy the draft</source>
        <translation>复制草稿</translation>
    </message>
    <message>
        <source>Copy the draft with sources</source>
        <translation>复制草稿及来源</translation>
    </message>
    <message>
        <source>Show the card to the patient</source>
        <translation>把卡片给患者看</translation>
    </message>
    <message>
        <source>Remove the draft</source>
        <translation>移除草稿</translation>
    </message>
    <message>
        <source>as: {0}</source>
        <translation>改为：{0}</translation>
    </message>
    <message>
        <source>{0}, draft of {1}, not signed</source>
        <translation>{0}，{1} 的草稿，未签署</translation>
    </message>
    <message>
        <source>This is not the note that was signed: it was changed since. Do not rely on it.</source>
        <translation>这不是当时签署的病历：之后被改动过。请勿依赖它。</translation>
    </message>
    <message>
        <source>You stopped this.</source>
        <translation>您已停止。</translation>
    </message>
</context>
</TS>
